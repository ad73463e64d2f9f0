//! The first word after `catalog`: a part, and not the name of an entry.

use super::part::Part;
use super::show::elsewhere;
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use std::ffi::OsStr;

/// Reads a part; for the name of an entry it says in which part that is.
#[derive(Debug, Clone)]
pub(super) struct PartArgument;

impl TypedValueParser for PartArgument {
    type Value = Part;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, word: &OsStr) -> Result<Part, Error> {
        let read = EnumValueParser::<Part>::new().parse_ref(command, argument, word);
        read.map_err(|error| match word.to_str().and_then(elsewhere) {
            Some(place) => {
                let told = format!("`{}` is not a part of the catalog; {place}", word.display());
                command.clone().error(ErrorKind::InvalidValue, told)
            }
            None => error,
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = EnumValueParser::<Part>::new().possible_values()?.collect::<Vec<_>>();
        Some(Box::new(values.into_iter()))
    }
}
