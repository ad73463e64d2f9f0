//! Scenario files that were damaged: whatever comes out is a scenario or a list of errors that a terminal may show.

use crate::commands::diagnostics::{Colour, render};
use crate::file::{SourceText, check, library_scenario, library_scenario_names};
use proptest::prelude::*;
use proptest::sample::Index;
use std::time::{Duration, Instant};

/// What no person writes, and what a slip of the hand makes.
const NASTY: [&str; 34] = [
    "0",
    "-1",
    "7",
    "-0.0",
    "1.5",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e12",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "0x7fffffffffffffff",
    "true",
    "\"\"",
    "\"auto\"",
    "\"none\"",
    "\"\\u0000\"",
    "\"\\u001b[31m\"",
    "\"\\u202e\"",
    "'''\nx'''",
    "1979-05-27",
    "[]",
    "[[]]",
    "[1, \"2\"]",
    "{}",
    "{ a = { b = 1 } }",
    "\"1 PB\"",
    "\"0 B\"",
    "\"-1 GB/s\"",
    "\"1e300 GB/s\"",
    "\"NaN ns\"",
    "\"128M\"",
];

/// One way in which a file is damaged.
#[derive(Debug, Clone)]
enum Damage {
    /// A byte becomes another one.
    Byte(Index, u8),
    /// A line is left out.
    Without(Index),
    /// A line stands twice.
    Doubled(Index),
    /// Two lines change places.
    Swapped(Index, Index),
    /// A key gets another value.
    Value(Index, &'static str),
    /// A key gets the name of another one.
    Key(Index, Index),
    /// All after a byte is gone.
    Cut(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        1 => any::<Index>().prop_map(Damage::Without),
        1 => any::<Index>().prop_map(Damage::Doubled),
        1 => any::<(Index, Index)>().prop_map(|(one, other)| Damage::Swapped(one, other)),
        6 => (any::<Index>(), prop::sample::select(&NASTY[..])).prop_map(|(at, value)| Damage::Value(at, value)),
        2 => any::<(Index, Index)>().prop_map(|(one, other)| Damage::Key(one, other)),
        1 => any::<Index>().prop_map(Damage::Cut),
    ]
}

impl Damage {
    fn apply(&self, text: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        let whole = String::from_utf8_lossy(text).into_owned();
        let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
        let keys: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].contains(" = ")).collect();
        match self {
            Self::Byte(at, byte) => {
                let at = at.index(text.len());
                text[at] = *byte;
                return;
            }
            Self::Cut(at) => return text.truncate(at.index(text.len())),
            _ if lines.is_empty() => return,
            Self::Without(at) => {
                lines.remove(at.index(lines.len()));
            }
            Self::Doubled(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at].clone());
            }
            Self::Swapped(one, other) => {
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
            }
            _ if keys.is_empty() => return,
            Self::Value(at, value) => {
                let line = &mut lines[keys[at.index(keys.len())]];
                let key = line.split(" = ").next().unwrap_or_default().to_owned();
                *line = format!("{key} = {value}");
            }
            Self::Key(one, other) => {
                let name =
                    lines[keys[one.index(keys.len())]].split(" = ").next().unwrap_or_default().to_owned();
                let line = &mut lines[keys[other.index(keys.len())]];
                let value = line.split_once(" = ").map_or("1", |(_, value)| value).to_owned();
                *line = format!("{name} = {value}");
            }
        }
        *text = lines.join("\n").into_bytes();
    }
}

/// Nobody waits longer for a file to be read, even where nothing is optimised.
const PATIENCE: Duration = Duration::from_secs(30);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn damaged_files_are_scenarios_or_have_errors(
        which in any::<Index>(),
        damages in prop::collection::vec(damage(), 1..5),
    ) {
        let names: Vec<&str> = library_scenario_names().collect();
        let mut text = library_scenario(names[which.index(names.len())]).expect("the library has it").as_bytes().to_vec();
        damages.iter().for_each(|damage| damage.apply(&mut text));
        let begun = Instant::now();
        let errors = match SourceText::read("damaged.toml", text.as_slice()) {
            Ok(source) => check(source, &[]).err(),
            Err(error) => Some(crate::file::ScenarioErrors::whole("damaged.toml", error)),
        };
        if let Some(errors) = errors {
            prop_assert!(!errors.errors.is_empty());
            for shown in [render(&errors, Colour::Off), errors.to_string()] {
                let hidden = shown.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
                prop_assert_eq!(hidden, None, "a terminal gets this:\n{}", shown);
                prop_assert!(shown.len() < 200_000, "{} bytes of errors", shown.len());
            }
        }
        prop_assert!(begun.elapsed() < PATIENCE, "checking took {:?}", begun.elapsed());
    }
}

/// What is large, repeated, or nested as no person would: refused, soon, and in few words.
#[test]
fn bulky_files_are_refused_soon() {
    let long = "k".repeat(400_000);
    let head = "[scenario]\nname = \"bulky\"\n";
    let cases = [
        "[[systems]]\n".repeat(87_000),
        format!("{head}{long} = 1\n"),
        format!("{head}question = \"{long}\"\n[workload]\nkind = \"{long}\"\n"),
        (0..60_000).map(|n| format!("k{n} = {n}\n")).collect(),
        format!("a = {}1{}", "[".repeat(10_000), "]".repeat(10_000)),
        format!("a = {}1{}", "{ a = ".repeat(10_000), " }".repeat(10_000)),
        format!("[{}]\nb = 1\n", vec!["a"; 10_000].join(".")),
        format!("{head}[scenario]\nname = \"twice\"\n"),
        "# nothing but a comment\n".to_owned(),
        format!("{head}[[sweep]]\nparameter = \"systems.chips\"\nvalues = [{}]\n", "8, ".repeat(300_000)),
    ];
    for text in cases {
        let begun = Instant::now();
        let start: String = text.chars().take(40).collect();
        let source =
            SourceText::read("bulky.toml", text.as_bytes()).expect("these are below the limit of a file");
        let errors = check(source, &[]).expect_err("bulky files are refused");
        let shown = render(&errors, Colour::Off);
        assert!(shown.len() < 100_000, "{start}: {} bytes of errors", shown.len());
        assert!(begun.elapsed() < PATIENCE, "{start}: {:?}", begun.elapsed());
    }
    let endless =
        SourceText::read("endless", std::io::repeat(b'a')).expect_err("an endless input is cut off");
    assert_eq!(endless.name(), "too-large");
}
