//! `copperlight new`: a commented scenario that runs as it is.

use super::failure::Failure;
use super::output::Output;
use crate::file::usable_name;
use clap::{Args, ValueEnum};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What stands for the name in a template.
const NAME: &str = "NAME";

/// Arguments of `copperlight new`.
#[derive(Debug, Args)]
pub(super) struct NewArguments {
    /// The name of the scenario, and of its file: letters, digits, `-`, `_` and `.`
    name: String,
    /// What it runs
    #[arg(long, value_enum, default_value = "training")]
    kind: Kind,
    /// The folder of the file [default: the current one]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Training steps of a model on two machines
    Training,
    /// One collective over a range of sizes
    Collective,
    /// Messages among all chips
    Traffic,
}

impl Kind {
    const fn template(self) -> &'static str {
        match self {
            Self::Training => include_str!("../../library/templates/training.toml"),
            Self::Collective => include_str!("../../library/templates/collective.toml"),
            Self::Traffic => include_str!("../../library/templates/traffic.toml"),
        }
    }
}

/// Writes the file, and says what to do next.
pub(super) fn run(arguments: &NewArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let name = arguments.name.strip_suffix(".toml").unwrap_or(&arguments.name);
    usable_name(name).map_err(|error| Failure::Argument { flag: "NAME", error })?;
    let folder = arguments.out.as_deref().unwrap_or(Path::new(""));
    let path = folder.join(format!("{name}.toml"));
    write(&path, &arguments.kind.template().replace(NAME, name))
        .map_err(|error| Failure::Usage(refusal(&path, &error)))?;
    let shown = path.display();
    writeln!(output.data, "{shown}")?;
    writeln!(output.notes, "next:")?;
    writeln!(output.notes, "  copperlight run {shown}")?;
    let schema = folder.join("scenario.schema.json");
    writeln!(
        output.notes,
        "  copperlight schema > {}    (editors then complete and check the file)",
        schema.display()
    )?;
    Ok(())
}

/// Never writes over a file, not even one that appears meanwhile.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(text.as_bytes())
}

fn refusal(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists if path.exists() => {
            format!("{shown} is there already and is not written over; choose another name, or remove it")
        }
        _ => format!("{shown} cannot be written: {error}; name another folder with --out"),
    }
}
