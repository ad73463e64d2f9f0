//! Arithmetic by hand, with units: `2 x 7 x 0.5 us = 7.00 us`.
//!
//! A line is `EXPRESSION = RESULT`, with any words and a colon in front, and steps between: `A = B = C` compares each
//! with the first. Numbers, `+ - x / ^`, brackets and units; a number and its unit are one value. The result is right
//! when it is the expression's value, rounded to as many places as are printed, and of the same dimension.

/// A unit: its name, its size, and its dimension in bytes, seconds, joules, operations, metres, dollars and tokens.
type Unit = (&'static str, f64, Dimension);
type Dimension = [i8; 7];

const NONE: Dimension = [0; 7];
const BYTES: Dimension = [1, 0, 0, 0, 0, 0, 0];
const SECONDS: Dimension = [0, 1, 0, 0, 0, 0, 0];
const JOULES: Dimension = [0, 0, 1, 0, 0, 0, 0];
const OPERATIONS: Dimension = [0, 0, 0, 1, 0, 0, 0];
const METRES: Dimension = [0, 0, 0, 0, 1, 0, 0];
const DOLLARS: Dimension = [0, 0, 0, 0, 0, 1, 0];
const TOKENS: Dimension = [0, 0, 0, 0, 0, 0, 1];
const BANDWIDTH: Dimension = [1, -1, 0, 0, 0, 0, 0];
const POWER: Dimension = [0, -1, 1, 0, 0, 0, 0];
const RATE: Dimension = [0, -1, 0, 1, 0, 0, 0];

const UNITS: [Unit; 37] = [
    ("%", 0.01, NONE),
    ("B", 1.0, BYTES),
    ("KiB", 1024.0, BYTES),
    ("MiB", 1_048_576.0, BYTES),
    ("GiB", 1_073_741_824.0, BYTES),
    ("kB", 1e3, BYTES),
    ("MB", 1e6, BYTES),
    ("GB", 1e9, BYTES),
    ("TB", 1e12, BYTES),
    ("bit", 0.125, BYTES),
    ("ns", 1e-9, SECONDS),
    ("us", 1e-6, SECONDS),
    ("ms", 1e-3, SECONDS),
    ("s", 1.0, SECONDS),
    ("days", 86_400.0, SECONDS),
    ("h", 3600.0, SECONDS),
    ("pJ", 1e-12, JOULES),
    ("J", 1.0, JOULES),
    ("kWh", 3.6e6, JOULES),
    ("MWh", 3.6e9, JOULES),
    ("FLOP", 1.0, OPERATIONS),
    ("TFLOP", 1e12, OPERATIONS),
    ("PFLOP", 1e15, OPERATIONS),
    ("m", 1.0, METRES),
    ("USD", 1.0, DOLLARS),
    ("tokens", 1.0, TOKENS),
    ("MB/s", 1e6, BANDWIDTH),
    ("GB/s", 1e9, BANDWIDTH),
    ("TB/s", 1e12, BANDWIDTH),
    ("Gb/s", 0.125e9, BANDWIDTH),
    ("W", 1.0, POWER),
    ("kW", 1e3, POWER),
    ("MW", 1e6, POWER),
    ("TFLOP/s", 1e12, RATE),
    ("ns/m", 1e-9, [0, 1, 0, 0, -1, 0, 0]),
    ("pJ/bit", 8e-12, [-1, 0, 1, 0, 0, 0, 0]),
    ("tokens/s", 1.0, [0, -1, 0, 0, 0, 0, 1]),
];

/// A value in units of `UNITS`, and its dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Quantity {
    value: f64,
    dimension: Dimension,
}

/// Holds a line of arithmetic to its result; an empty line says nothing.
pub(super) fn check(line: &str) {
    let line = line.rsplit_once(": ").map_or(line, |(_, sum)| sum);
    if line.trim().is_empty() {
        return;
    }
    let mut sides = line.split(" = ");
    let first = evaluate(sides.next().expect("a text has a first part"));
    let results: Vec<&str> = sides.collect();
    assert!(!results.is_empty(), "`{line}` says no result");
    for result in results {
        let said = evaluate(result);
        assert_eq!(said.dimension, first.dimension, "`{line}`: the units do not agree");
        let allowed = rounding(result) * said.value.abs();
        let off = (said.value - first.value).abs();
        assert!(off <= allowed * (1.0 + 1e-9), "`{line}`: the result is {}, not {}", first.value, said.value);
    }
}

/// How far the value of a printed result may be off, as a share of it: half of its last place.
fn rounding(result: &str) -> f64 {
    let number = result.split_whitespace().next().expect("a result is a number").replace(',', "");
    let Ok(value) = number.parse::<f64>() else { return 1e-12 };
    let places = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if result.split_whitespace().count() > 2 {
        return 1e-12;
    }
    0.5 * 10_f64.powi(-i32::try_from(places).expect("few places")) / value.abs()
}

fn evaluate(text: &str) -> Quantity {
    let mut reader = Reader { tokens: tokens(text), next: 0 };
    let value = reader.sum();
    assert_eq!(reader.next, reader.tokens.len(), "`{text}` goes on after its end");
    value
}

/// The parts of an expression.
fn tokens(text: &str) -> Vec<String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('^', " ^ ");
    spaced.split_whitespace().map(|token| token.replace(',', "")).collect()
}

/// A reader of sums, by recursive descent.
struct Reader {
    tokens: Vec<String>,
    next: usize,
}

impl Reader {
    fn take(&mut self, wanted: &[&str]) -> Option<String> {
        let token = self.tokens.get(self.next).filter(|token| wanted.contains(&token.as_str()))?.clone();
        self.next += 1;
        Some(token)
    }

    fn sum(&mut self) -> Quantity {
        let mut total = self.product();
        while let Some(sign) = self.take(&["+", "-"]) {
            let term = self.product();
            assert_eq!(term.dimension, total.dimension, "terms of a sum have one unit: {:?}", self.tokens);
            total.value += if sign == "+" { term.value } else { -term.value };
        }
        total
    }

    fn product(&mut self) -> Quantity {
        let mut total = self.power();
        while let Some(sign) = self.take(&["x", "/"]) {
            let factor = self.power();
            let direction: i8 = if sign == "x" { 1 } else { -1 };
            total.value *= factor.value.powi(direction.into());
            for (sum, part) in total.dimension.iter_mut().zip(factor.dimension) {
                *sum += direction * part;
            }
        }
        total
    }

    fn power(&mut self) -> Quantity {
        let base = self.value();
        if self.take(&["^"]).is_none() {
            return base;
        }
        let exponent = self.value();
        assert_eq!((base.dimension, exponent.dimension), (NONE, NONE), "only bare numbers have powers");
        Quantity { value: base.value.powf(exponent.value), dimension: NONE }
    }

    /// A bracket or a number, and its unit.
    fn value(&mut self) -> Quantity {
        let mut quantity = if self.take(&["("]).is_some() {
            let inner = self.sum();
            assert!(self.take(&[")"]).is_some(), "a bracket is not closed in {:?}", self.tokens);
            inner
        } else {
            let token = self.tokens.get(self.next).expect("an expression ends with a number or a bracket");
            self.next += 1;
            let value =
                token.parse().unwrap_or_else(|_| panic!("`{token}` is no number in {:?}", self.tokens));
            Quantity { value, dimension: NONE }
        };
        let unit = self.tokens.get(self.next).and_then(|token| UNITS.iter().find(|unit| unit.0 == *token));
        if let Some((_, size, dimension)) = unit {
            self.next += 1;
            quantity.value *= size;
            for (sum, part) in quantity.dimension.iter_mut().zip(dimension) {
                *sum += part;
            }
        }
        quantity
    }
}

#[test]
fn arithmetic_is_done_with_units() {
    check("Steps: 2 x (8 - 1) = 14");
    check("14 x 500 ns = 7 us = 7.00 us");
    check("14 x (0.5 us + 1 MiB / 8 / 450 GB/s) = 11.08 us");
    check("2 ^ 10 x 1 B = 1 KiB");
}

#[test]
#[should_panic(expected = "the result is")]
fn a_wrong_digit_is_found() {
    check("14 x (0.5 us + 1 MiB / 8 / 450 GB/s) = 11.07 us");
}

#[test]
#[should_panic(expected = "the units do not agree")]
fn a_wrong_unit_is_found() {
    check("1 GB / 450 GB/s = 2.22 GB");
}
