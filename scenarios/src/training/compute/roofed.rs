//! What the kernels of a job compute and what they move, for who holds them against the roofs of a chip.

use super::attention_kernel::{core_attention, core_attention_work};
use super::chip_rates::ChipRates;
use super::expert_half::expert_matmuls;
use super::gemm::Gemm;
use super::kernels::Kernels;
use crate::training::model::LayerKind;
use crate::training::plan::TrainingJob;

/// A kernel of the forward pass of one micro-batch on one chip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoofedKernel {
    /// Which one.
    pub name: &'static str,
    /// Operations that count.
    pub flops: f64,
    /// Bytes that must pass the memory's interface once.
    pub bytes: f64,
    /// How long it takes.
    pub seconds: f64,
    /// How often the whole model has it.
    pub count: u64,
}

impl TrainingJob {
    /// The kernels of layers and head that do arithmetic. Norms, activations and copies only move memory; the projections
    /// of latent attention and experts that all tokens go through are left out.
    pub fn roofed_kernels(&self, rates: &ChipRates) -> Vec<RoofedKernel> {
        let shape = self.model().shape();
        let of_kind =
            |kind| (0..shape.layers).filter(|&layer| shape.layer_kind(layer) == kind).count() as u64;
        let (dense, routed) = (of_kind(LayerKind::Dense), of_kind(LayerKind::Experts));
        let mut kernels: Vec<RoofedKernel> = self
            .matmuls(rates)
            .iter()
            .map(|matmul| {
                let [rows, columns, inner] = matmul.shape;
                let gemm = Gemm { rows, columns, inner };
                let (precision, count) = match matmul.name {
                    "head" => (super::Precision::Bf16, 1),
                    "attention in" | "attention out" => (self.precision(), shape.layers),
                    _ => (self.precision(), dense),
                };
                let seconds = matmul.arithmetic + matmul.waves + matmul.memory;
                let (flops, bytes) = (gemm.flops(), gemm.traffic_bytes(precision));
                RoofedKernel { name: matmul.name, flops, bytes, seconds, count }
            })
            .collect();
        let times = Kernels { rates: *rates, precision: self.precision() };
        kernels.push(self.roofed_attention(&times, shape.layers));
        let experts = shape.experts.filter(|_| routed > 0);
        kernels.extend(experts.into_iter().flat_map(|experts| {
            let times = times.of_layers(LayerKind::Experts);
            let named = ["experts up", "experts down"].into_iter().zip(expert_matmuls(self, experts));
            named.map(move |(name, grouped)| RoofedKernel {
                name,
                flops: grouped.flops(),
                bytes: grouped.traffic_bytes(self.precision()),
                seconds: times.grouped_gemm(grouped).0,
                count: routed,
            })
        }));
        kernels
    }

    /// Core attention, which has the kernels of dense layers.
    fn roofed_attention(&self, times: &Kernels, count: u64) -> RoofedKernel {
        let seconds = core_attention(self, &times.of_layers(LayerKind::Dense)).forward.0;
        let [flops, bytes] = core_attention_work(self);
        RoofedKernel { name: "attention", flops, bytes, seconds, count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::testing::{gpt_1t_plan, job_of};

    #[test]
    fn no_kernel_is_above_the_roofs_of_its_chip() {
        let rates = ChipRates { gemm_traffic: 1.0, ..ChipRates::round() };
        let kernels = job_of(gpt_1t_plan()).roofed_kernels(&rates);
        let names: Vec<&str> = kernels.iter().map(|kernel| kernel.name).collect();
        let expected =
            ["attention in", "attention out", "feed-forward up", "feed-forward down", "head", "attention"];
        assert_eq!(names, expected);
        for kernel in &kernels {
            let roof = 1e15_f64.min(4e12 * kernel.flops / kernel.bytes);
            let rate = kernel.flops / kernel.seconds;
            assert!(rate <= roof * (1.0 + 1e-9) && rate > 0.1 * roof, "{kernel:?}: {rate} of {roof}");
            assert_eq!(kernel.count, if kernel.name == "head" { 1 } else { 128 });
        }
        // 2,048 tokens x 9,600 x 25,600, operands and result of two bytes.
        assert_eq!(kernels[0].flops, 2.0 * 2048.0 * 9600.0 * 25_600.0);
        assert_eq!(kernels[0].bytes, 2.0 * (2048.0 * 25_600.0 + 25_600.0 * 9600.0 + 2048.0 * 9600.0));
    }
}
