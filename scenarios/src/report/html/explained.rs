//! Why points came out as they did, where that was asked for: each folded away under its name.

use super::super::results::ScenarioResults;
use super::super::step_explanation_text::{Line, explained};
use super::escape::{escaped, linked};

/// The most points that a page explains.
const MOST_POINTS: usize = 50;

/// The explanations; nothing where there are none.
pub(super) fn explanations(results: &ScenarioResults) -> String {
    let mut all = explained(results);
    let shown = all.by_ref().take(MOST_POINTS).map(|(title, lines)| {
        format!("<details>\n<summary>{}</summary>\n{}</details>\n", escaped(&title), nested(&lines))
    });
    let shown: String = shown.collect();
    match all.count() {
        0 => shown,
        left => format!("{shown}<p>results.json explains {left} more points.</p>\n"),
    }
}

/// Lines as lists in lists. A line is at most one level deeper than the one before.
fn nested(lines: &[Line]) -> String {
    let (mut html, mut open) = (String::new(), 0);
    for line in lines {
        let level = (line.depth + 1).min(open + 1);
        if level > open {
            html.push_str("<ul>\n");
        } else {
            html.push_str(&"</li>\n</ul>\n".repeat(open - level));
            html.push_str("</li>\n");
        }
        open = level;
        html.push_str("<li>");
        html.push_str(&linked(&line.text()));
    }
    html.push_str(&"</li>\n</ul>\n".repeat(open));
    html
}

#[cfg(test)]
mod tests {
    use super::super::super::example;
    use super::super::super::step_explanation::{
        ExplainedPart, Headline, PointExplanation, RestsOn, StepExplanation,
    };
    use super::*;

    fn explained_results(points: u32) -> ScenarioResults {
        let mut results = example::two_systems(points).results;
        let inner = ExplainedPart::new("matmuls <b>", 1.5);
        let part = ExplainedPart::new("compute", 2.0).made_of(vec![inner]);
        let rests_on = RestsOn {
            key: "chip.peak_bf16".to_owned(),
            value: 2500.0,
            unit: "TFLOP/s".to_owned(),
            source: "https://example.org/sheet".to_owned(),
            confidence: "published".to_owned(),
            elasticity: -0.62,
        };
        let step = StepExplanation {
            headlines: vec![Headline::of_parts("step_time_s", (2.5, "s"), vec![part])],
            rests_on: vec![rests_on],
            ..StepExplanation::default()
        };
        for point in &mut results.results {
            point.explain = Some(Box::new(PointExplanation::Step(Box::new(step.clone()))));
        }
        results
    }

    #[test]
    fn every_point_has_its_parts_and_what_it_rests_on() {
        let page = explanations(&explained_results(1));
        assert_eq!(page.matches("<details>").count(), 2);
        assert!(page.contains("<summary>NVL72 copper on 1,152 chips</summary>"), "{page}");
        assert!(
            page.contains("<li>compute: 2.00 s, 80.0 %<ul>\n<li>matmuls &lt;b&gt;: 1.50 s, 60.0 %</li>"),
            "{page}"
        );
        assert!(page.contains("-0.62 %  chip.peak_bf16 = 2500 TFLOP/s"), "{page}");
        assert!(page.contains("<a href=\"https://example.org/sheet\""), "{page}");
        for tag in ["ul", "li", "details"] {
            let (opened, closed) = (format!("<{tag}>"), format!("</{tag}>"));
            assert_eq!(page.matches(&opened).count(), page.matches(&closed).count(), "{tag} in {page}");
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_there_and_too_much_is_said() {
        assert_eq!(explanations(&example::two_systems(1).results), "");
        let page = explanations(&explained_results(30));
        assert_eq!(page.matches("<details>").count(), MOST_POINTS);
        assert!(page.ends_with("<p>results.json explains 10 more points.</p>\n"));
    }
}
