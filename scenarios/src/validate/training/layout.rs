//! Layers of each chunk of a pipeline, as `Et*4|(t*4|)*14tmL` writes them.
//!
//! `E` is the embedding, `t` a layer, `m` one that predicts further tokens, `L` the loss; `|` ends a chunk, `*n`
//! repeats what stands before it.

/// The most letters of a layout that is written out.
const LONGEST: usize = 4096;

/// The layers of each chunk along the model; `None` where the text is no such layout.
pub(super) fn layers_per_chunk(text: &str) -> Option<Vec<u64>> {
    let spread = spread(text)?;
    let layers = |chunk: &str| chunk.chars().filter(|letter| *letter == 't').count() as u64;
    Some(spread.split('|').map(layers).collect())
}

/// A layer in each chunk but the first and the last, where the chunks are two more than the layers: embedding and loss
/// are then alone in theirs.
pub(super) fn with_bare_ends(layers: u64, chunks: u64) -> Option<Vec<u64>> {
    let is_bare = |index: u64| index == 0 || index + 1 == chunks;
    (chunks == layers + 2).then(|| (0..chunks).map(|index| u64::from(!is_bare(index))).collect())
}

/// The layout with every repetition written out.
fn spread(text: &str) -> Option<String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(letter) = rest.chars().next() {
        let (part, behind) = if letter == '(' {
            let (inner, behind) = rest[1..].split_once(')')?;
            (spread(inner)?, behind)
        } else if "EtmL|".contains(letter) {
            (letter.to_string(), &rest[1..])
        } else {
            return None;
        };
        let (times, behind) = repetition(behind)?;
        if out.len() + part.len() * times > LONGEST {
            return None;
        }
        out.push_str(&part.repeat(times));
        rest = behind;
    }
    Some(out)
}

/// `*14` before the rest, or once.
fn repetition(text: &str) -> Option<(usize, &str)> {
    let Some(rest) = text.strip_prefix('*') else { return Some((1, text)) };
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let times: usize = rest[..end].parse().ok()?;
    (times <= LONGEST).then(|| (times, &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_written_out() {
        let sixteen: Vec<u64> = std::iter::repeat_n(4, 15).chain([1]).collect();
        assert_eq!(layers_per_chunk("Et*4|(t*4|)*14tmL"), Some(sixteen));
        let ladder: Vec<u64> = [1].into_iter().chain(std::iter::repeat_n(2, 30)).chain([0]).collect();
        assert_eq!(layers_per_chunk("Et|(tt|)*30L"), Some(ladder));
        assert_eq!(layers_per_chunk("token"), None);
        assert_eq!(layers_per_chunk("t*9999"), None);
        assert_eq!(layers_per_chunk("(t"), None);
        assert_eq!(layers_per_chunk("(é)*2"), None);
        assert_eq!(layers_per_chunk("((((t*4)*4)*4)*4"), None);
        assert_eq!(layers_per_chunk("(t*4000)*4000"), None);
    }

    #[test]
    fn embedding_and_loss_are_alone_where_they_must() {
        assert_eq!(with_bare_ends(3, 5), Some(vec![0, 1, 1, 1, 0]));
        assert_eq!(with_bare_ends(3, 4), None);
        assert_eq!(with_bare_ends(3, 3), None);
    }
}
