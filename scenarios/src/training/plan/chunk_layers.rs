//! How many layers each chunk of a model has, along the model.
//!
//! Layers that do not divide evenly are laid out as Megatron's users do: where embedding and loss each count as a layer
//! and the sum divides, the first and the last chunk have one layer less; else the earlier chunks have one layer more.
//! Layers for multi-token prediction sit with the loss on the last chunk, which then leaves as many layers to
//! the others as these can take without any of them growing: 61 layers over 16 chunks are fifteen times 4, and 1.

use super::error::PlanError;
use crate::training::model::ModelShape;

/// The layout that was given, if it fits.
pub(super) fn given(given: &[u64], layers: u64, chunks: u64) -> Result<Vec<u64>, PlanError> {
    if given.len() as u64 != chunks {
        return Err(PlanError::LayoutLength { entries: given.len(), chunks });
    }
    let sum = given.iter().fold(0, |sum: u64, &count| sum.saturating_add(count));
    if sum != layers {
        return Err(PlanError::LayoutSum { sum, layers });
    }
    Ok(given.to_vec())
}

/// The layout of a model of at least as many layers as chunks.
pub(super) fn automatic(shape: &ModelShape, chunks: u64) -> Vec<u64> {
    let layers = shape.layers;
    let length = usize::try_from(chunks).expect("a model has fewer layers than memory holds");
    if layers.is_multiple_of(chunks) {
        vec![layers / chunks; length]
    } else if shape.mtp_layers > 0 {
        room_on_the_last(layers, chunks)
    } else if (layers + 2).is_multiple_of(chunks) {
        let mut counts = vec![(layers + 2) / chunks; length];
        counts[0] -= 1;
        counts[length - 1] -= 1;
        counts
    } else {
        earlier_one_more(layers, chunks)
    }
}

/// No chunk holds more than an even share rounded up, and the last as few as that allows.
fn room_on_the_last(layers: u64, chunks: u64) -> Vec<u64> {
    let others = chunks - 1;
    let last = layers.saturating_sub(others * layers.div_ceil(chunks));
    let mut counts = earlier_one_more(layers - last, others);
    counts.push(last);
    counts
}

/// An even share each, and one more for the earlier chunks as far as the remainder goes: never for the last.
pub(super) fn earlier_one_more(layers: u64, chunks: u64) -> Vec<u64> {
    let (each, surplus) = (layers / chunks, layers % chunks);
    (0..chunks).map(|index| each + u64::from(index < surplus)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::testing::small_shape;

    fn layout([layers, mtp_layers]: [u64; 2], chunks: u64) -> Vec<u64> {
        let counts = automatic(&ModelShape { layers, mtp_layers, ..small_shape() }, chunks);
        assert_eq!(counts.len() as u64, chunks);
        assert_eq!(counts.iter().sum::<u64>(), layers);
        counts
    }

    #[test]
    fn layers_that_divide_are_divided_evenly() {
        assert_eq!(layout([8, 0], 4), [2, 2, 2, 2]);
        assert_eq!(layout([8, 1], 4), [2, 2, 2, 2]);
    }

    #[test]
    fn embedding_and_loss_count_as_a_layer_each_where_that_divides() {
        // Llama 3.1 405B over 16 stages: 126 + 2 = 16 x 8.
        let mut expected = [8; 16];
        expected[0] = 7;
        expected[15] = 7;
        assert_eq!(layout([126, 0], 16), expected);
        // Qwen3 235B over 4 stages of 4 chunks: 94 + 2 = 16 x 6.
        let mut expected = [6; 16];
        expected[0] = 5;
        expected[15] = 5;
        assert_eq!(layout([94, 0], 16), expected);
    }

    #[test]
    fn else_the_earlier_chunks_hold_one_more() {
        assert_eq!(layout([11, 0], 4), [3, 3, 3, 2]);
        assert_eq!(layout([61, 0], 8), [8, 8, 8, 8, 8, 7, 7, 7]);
    }

    #[test]
    fn the_last_chunk_makes_room_for_multi_token_prediction() {
        // DeepSeek-V3 over 16 stages.
        let mut expected = [4; 16];
        expected[15] = 1;
        assert_eq!(layout([61, 1], 16), expected);
        // With 32 chunks, 30 of 2 and one of 1 leave it none.
        let mut expected = [2; 32];
        expected[30] = 1;
        expected[31] = 0;
        assert_eq!(layout([61, 1], 32), expected);
        assert_eq!(layout([58, 1], 16).iter().max(), Some(&4));
    }

    #[test]
    fn no_chunk_is_a_layer_longer_than_it_must_be() {
        for (layers, mtp_layers) in (1..=130).flat_map(|layers| [(layers, 0), (layers, 1)]) {
            for chunks in 1..=layers {
                let counts = layout([layers, mtp_layers], chunks);
                let longest = *counts.iter().max().unwrap();
                assert!(longest == layers.div_ceil(chunks), "{layers} over {chunks}: {counts:?}");
                assert!(counts[counts.len() - 1] == *counts.iter().min().unwrap());
                assert!(counts[..counts.len() - 1].iter().all(|&count| count > 0));
            }
        }
    }
}
