//! Text from a scenario as text, in HTML and in JSON inside HTML.

use serde::Serialize;

/// The text with every character that HTML would act on made plain, in elements and in quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '"' => plain.push_str("&quot;"),
            '\'' => plain.push_str("&#39;"),
            other => plain.push(other),
        }
    }
    plain
}

/// The text escaped, with what leads to a source on the web as a link: addresses that begin with `http://` or
/// `https://`, and papers by their number in arXiv.
pub(super) fn linked(text: &str) -> String {
    let mut page = String::new();
    let mut rest = text;
    while let Some(link) = first_link(rest) {
        page.push_str(&escaped(&rest[..link.from]));
        let (shown, target) = (escaped(&rest[link.from..link.to]), escaped(&link.target));
        page.push_str(&format!("<a href=\"{target}\" rel=\"noreferrer\">{shown}</a>"));
        rest = &rest[link.to..];
    }
    page + &escaped(rest)
}

/// A part of a text that leads somewhere.
struct Link {
    from: usize,
    to: usize,
    target: String,
}

fn first_link(text: &str) -> Option<Link> {
    let addresses = ["https://", "http://"].into_iter().filter_map(|scheme| address(text, scheme));
    let papers = ["arXiv:", "arXiv "].into_iter().filter_map(|name| paper(text, name));
    addresses.chain(papers).min_by_key(|link| link.from)
}

/// The first address of this scheme: up to a space or what encloses it, without what ends a sentence.
fn address(text: &str, scheme: &str) -> Option<Link> {
    let from = text.find(scheme)?;
    let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'<>`()[]{}|\\".contains(c);
    let length = text[from..].find(ends).unwrap_or(text.len() - from);
    let target = text[from..from + length].trim_end_matches(['.', ',', ';', ':', '!', '?']);
    (target.len() > scheme.len()).then(|| Link { from, to: from + target.len(), target: target.to_owned() })
}

/// The first paper named so: four digits, a dot, four or five digits.
fn paper(text: &str, name: &str) -> Option<Link> {
    text.match_indices(name).find_map(|(from, _)| {
        let number = &text[from + name.len()..];
        let length = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let number = number[..length].trim_end_matches('.');
        let (year, serial) = number.split_once('.')?;
        let is_paper = year.len() == 4 && matches!(serial.len(), 4..=5) && !serial.contains('.');
        let to = from + name.len() + number.len();
        is_paper.then(|| Link { from, to, target: format!("https://arxiv.org/abs/{number}") })
    })
}

/// The value as JSON that neither ends the script element that it stands in nor begins a comment there.
pub(super) fn json_in_script(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("charts are numbers and text, which JSON can hold");
    let escapes = [('<', "\\u003c"), ('>', "\\u003e"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
    escapes.into_iter().fold(json, |json, (character, escape)| json.replace(character, escape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_papers_become_links_and_the_rest_stays_text() {
        let link = |target: &str, shown: &str| format!("<a href=\"{target}\" rel=\"noreferrer\">{shown}</a>");
        let cases = [
            ("a <data> sheet", "a &lt;data&gt; sheet".to_owned()),
            (
                "see https://a.b/c?d=1&e.",
                format!("see {}.", link("https://a.b/c?d=1&amp;e", "https://a.b/c?d=1&amp;e")),
            ),
            (
                "arXiv:2407.21783 (table 4)",
                format!("{} (table 4)", link("https://arxiv.org/abs/2407.21783", "arXiv:2407.21783")),
            ),
            (
                "(arXiv 2506.12708)",
                format!("({})", link("https://arxiv.org/abs/2506.12708", "arXiv 2506.12708")),
            ),
            ("arXiv:hidden, https:// alone", "arXiv:hidden, https:// alone".to_owned()),
            ("javascript:alert(1)", "javascript:alert(1)".to_owned()),
        ];
        for (text, expected) in cases {
            assert_eq!(linked(text), expected);
        }
    }

    #[test]
    fn an_address_cannot_leave_its_attribute() {
        let page = linked("https://a.b/\" onclick=\"x <script>");
        assert_eq!(
            page,
            "<a href=\"https://a.b/\" rel=\"noreferrer\">https://a.b/</a>&quot; onclick=&quot;x &lt;script&gt;"
        );
    }

    #[test]
    fn json_stays_inside_its_element_and_reads_back() {
        let hostile = "</script><!-- \u{2028}\u{2029} \"'&";
        let json = json_in_script(&[hostile]);
        for part in ["<", ">", "\u{2028}", "\u{2029}"] {
            assert!(!json.contains(part), "{json}");
        }
        let back: Vec<String> = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(back, [hostile]);
    }
}
