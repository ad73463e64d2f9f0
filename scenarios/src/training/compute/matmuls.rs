//! The matmuls of a job one by one: their shapes, and what each waits for.

use super::attention_half::projection;
use super::chip_rates::ChipRates;
use super::feed_forward::first_width;
use super::gemm::Gemm;
use super::kernels::Kernels;
use crate::training::model::LayerKind;
use crate::training::plan::TrainingJob;

/// A matmul of the forward pass on one chip, for one micro-batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NamedMatmul {
    /// Which one.
    pub name: &'static str,
    /// Rows, columns and inner size.
    pub shape: [u64; 3],
    /// Seconds of arithmetic, padding of tiles included.
    pub arithmetic: f64,
    /// Seconds that a partly filled last wave of tiles costs.
    pub waves: f64,
    /// Seconds in which operands and results pass the memory.
    pub memory: f64,
    /// Operations that count, over what the chip could do in the time at its dense peak.
    pub share_of_peak: f64,
}

impl TrainingJob {
    /// The matmuls of a dense layer and of the head; those of experts and of latent attention are left out.
    pub fn matmuls(&self, rates: &ChipRates) -> Vec<NamedMatmul> {
        let shape = self.model().shape();
        let kernels = Kernels { rates: *rates, precision: self.precision() }.of_layers(LayerKind::Dense);
        let (rows, tensor) = (self.chip_tokens(), self.parallelism().tensor);
        let mut named = Vec::new();
        let mut layer = |name, gemm| named.push(one(name, gemm, (&kernels, rates.peak.flops_per_second())));
        if shape.latent.is_none() {
            layer("attention in", projection(self));
            let inner = shape.heads / tensor * shape.head_dim;
            layer("attention out", Gemm { rows, columns: shape.hidden, inner });
        }
        if (0..shape.layers).any(|layer| shape.layer_kind(layer) == LayerKind::Dense) {
            let inner = shape.ffn / tensor;
            layer("feed-forward up", Gemm { rows, columns: first_width(shape, inner), inner: shape.hidden });
            layer("feed-forward down", Gemm { rows, columns: shape.hidden, inner });
        }
        let head = Gemm { rows, columns: self.vocabulary_shard(), inner: shape.hidden };
        // The head runs in 16 bits, whatever the layers do, and by no layer's software.
        let bf16 = ChipRates { peak: rates.peak_bf16, gemm_efficiency: rates.gemm_efficiency_bf16, ..*rates };
        let kernels = Kernels { rates: bf16, precision: super::Precision::Bf16 };
        named.push(one("head", head, (&kernels, rates.peak_bf16.flops_per_second())));
        named
    }
}

fn one(name: &'static str, gemm: Gemm, (kernels, peak): (&Kernels, f64)) -> NamedMatmul {
    let seconds = |rates: ChipRates| Kernels { rates, ..*kernels }.gemm(gemm).0;
    let all = seconds(kernels.rates);
    let without_waves = seconds(ChipRates { wave_weight: 0.0, ..kernels.rates });
    let without_traffic = seconds(ChipRates { gemm_traffic: 0.0, ..kernels.rates });
    let (waves, memory) = (all - without_waves, all - without_traffic);
    let flops = 2.0 * gemm.rows as f64 * gemm.columns as f64 * gemm.inner as f64;
    NamedMatmul {
        name,
        shape: [gemm.rows, gemm.columns, gemm.inner],
        arithmetic: all - waves - memory,
        waves,
        memory,
        share_of_peak: flops / all / peak,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::testing::{gpt_1t_plan, job_of};

    #[test]
    fn matmuls_are_those_of_a_layer_and_of_the_head() {
        let rates = ChipRates { gemm_traffic: 0.5, ..ChipRates::round() };
        let matmuls = job_of(gpt_1t_plan()).matmuls(&rates);
        let shapes: Vec<_> = matmuls.iter().map(|matmul| (matmul.name, matmul.shape)).collect();
        // 25,600 wide, 160 heads of 160, on 8 chips: 3 x 3,200 columns in, 12,800 inside, 6,400 of the vocabulary.
        let expected = [
            ("attention in", [2048, 9600, 25_600]),
            ("attention out", [2048, 25_600, 3200]),
            ("feed-forward up", [2048, 12_800, 25_600]),
            ("feed-forward down", [2048, 25_600, 12_800]),
            ("head", [2048, 6400, 25_600]),
        ];
        assert_eq!(shapes, expected);
        for matmul in matmuls {
            let time = matmul.arithmetic + matmul.waves + matmul.memory;
            let flops = 2.0 * matmul.shape.iter().map(|size| *size as f64).product::<f64>();
            assert!((matmul.share_of_peak * time * 1e15 / flops - 1.0).abs() < 1e-9, "{matmul:?}");
            assert!(matmul.memory > 0.0 && matmul.waves >= 0.0, "{matmul:?}");
        }
    }
}
