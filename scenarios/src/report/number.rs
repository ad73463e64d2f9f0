//! How numbers are rounded for people. Machine formats (JSON, CSV) never pass through here.

/// A count with separators: `1,152`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of chips in words: `1 chip`, `1,152 chips`.
pub fn chips(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "chip" } else { "chips" })
}

/// A value with about three significant digits and never an exponent: `0.0123`, `1.23`, `12.3`, `123`, `1,235`.
pub fn rounded(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "n/a".to_owned();
    }
    if size >= 999.5 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", grouped(size.round() as u64));
    }
    let decimals = match size {
        s if s >= 99.95 || s == 0.0 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.09995 => 3,
        s if s >= 0.009995 => 4,
        _ => 5,
    };
    format!("{value:.decimals$}")
}

/// A share as a percentage with one decimal and without the sign: `41.2`.
pub fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// A size in the largest binary unit that gives at least one, exact where it can be: `16 GiB`, `1.5 MiB`.
pub fn size(bytes: u64) -> String {
    let units = [(1u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(scale, _)| bytes >= *scale) {
        None => format!("{bytes} B"),
        Some((scale, unit)) if bytes.is_multiple_of(*scale) => format!("{} {unit}", bytes / scale),
        Some((scale, unit)) => format!("{} {unit}", rounded(bytes as f64 / *scale as f64)),
    }
}

/// A duration in the unit that reads best: `52.1 s`, `830 ms`, `9.20 µs`.
pub fn duration(seconds: f64) -> String {
    let (scale, unit) = time_unit(seconds);
    format!("{} {unit}", rounded(seconds / scale))
}

/// The unit in which times of about this length read best: its length in seconds and its symbol.
pub fn time_unit(seconds: f64) -> (f64, &'static str) {
    match seconds.abs() {
        s if s >= 1.0 || s == 0.0 => (1.0, "s"),
        s if s >= 1e-3 => (1e-3, "ms"),
        _ => (1e-6, "µs"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_kept() {
        let cases = [
            (0.0, "0"),
            (0.012_34, "0.0123"),
            (1.234, "1.23"),
            (9.999, "10.0"),
            (52.08, "52.1"),
            (999.7, "1,000"),
            (-1234.5, "-1,235"),
            (1e6, "1,000,000"),
            (f64::NAN, "n/a"),
        ];
        for (value, text) in cases {
            assert_eq!(rounded(value), text);
        }
    }

    #[test]
    fn units_follow_the_size() {
        assert_eq!(duration(0.83), "830 ms");
        assert_eq!(duration(9.2e-6), "9.20 µs");
        assert_eq!(size(16 << 30), "16 GiB");
        assert_eq!(size(3 << 19), "1.50 MiB");
        assert_eq!(size(7), "7 B");
        assert_eq!(grouped(1_152), "1,152");
        assert_eq!([chips(1), chips(1_152)], ["1 chip", "1,152 chips"]);
        assert_eq!(percent(0.4123), "41.2");
    }

    #[test]
    fn lists_read_as_sentences() {
        let items: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(joined(&items), "a, b and c");
        assert_eq!(joined(&items[..2]), "a and b");
        assert_eq!(joined(&items[..1]), "a");
    }
}
