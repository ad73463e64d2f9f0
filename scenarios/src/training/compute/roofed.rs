//! What the kernels of a job compute and what they move, for who holds them against the roofs of a chip.

use super::attention_half::{LatentProjections, projection_out};
use super::attention_kernel::{core_attention, core_attention_work};
use super::chip_rates::ChipRates;
use super::expert_half::expert_matmuls;
use super::feed_forward::network_matmuls;
use super::gemm::Gemm;
use super::kernels::Kernels;
use crate::training::model::{Experts, LayerKind};
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
    /// The kernels of layers and head that do arithmetic. Norms, activations, copies and the choice of experts mostly move
    /// memory and are left out.
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
        kernels.extend(self.roofed_latent(&times, shape.layers));
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
        kernels.extend(experts.into_iter().flat_map(|experts| self.roofed_shared(&times, experts, routed)));
        kernels
    }

    /// The projections of latent attention; nothing for attention of other sorts.
    fn roofed_latent(&self, times: &Kernels, count: u64) -> Vec<RoofedKernel> {
        let Some(latent) = self.model().shape().latent else { return Vec::new() };
        let LatentProjections { query_down, query_up, kv_down, kv_up } = LatentProjections::of(self, latent);
        let named = [
            ("queries down", query_down),
            ("queries up", Some(query_up)),
            ("kv down", Some(kv_down)),
            ("kv up", Some(kv_up)),
            ("attention out", Some(projection_out(self))),
        ];
        let times = times.of_layers(LayerKind::Dense);
        let roofed =
            |(name, gemm): (&'static str, Option<Gemm>)| Some(self.roofed(&times, (name, gemm?), count));
        named.into_iter().filter_map(roofed).collect()
    }

    /// The experts that every token goes through; nothing where there are none.
    fn roofed_shared(&self, times: &Kernels, experts: Experts, count: u64) -> Vec<RoofedKernel> {
        if experts.shared_ffn == 0 {
            return Vec::new();
        }
        let times = times.of_layers(LayerKind::Experts);
        let named = ["shared experts up", "shared experts down"].into_iter();
        let gemms = network_matmuls(self, experts.shared_ffn);
        named.zip(gemms).map(|named| self.roofed(&times, named, count)).collect()
    }

    /// A matmul of the layers.
    fn roofed(&self, times: &Kernels, (name, gemm): (&'static str, Gemm), count: u64) -> RoofedKernel {
        let bytes = gemm.traffic_bytes(self.precision());
        RoofedKernel { name, flops: gemm.flops(), bytes, seconds: times.gemm(gemm).0, count }
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
    use crate::training::model::Model;
    use crate::training::plan::{Parallelism, TrainingPlan};
    use crate::training::testing::{gpt_1t_plan, job_of, plan};

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
    #[test]
    fn latent_attention_and_shared_experts_have_their_kernels() {
        let model = Model::library("deepseek-v3").expect("the model is in the library");
        let parallelism = Parallelism::default();
        let job = job_of(TrainingPlan { model, parallelism, ..plan([1, 1, 1]) });
        let kernels = job.roofed_kernels(&ChipRates { gemm_traffic: 1.0, ..ChipRates::round() });
        let of = |name: &str| {
            let found = kernels.iter().find(|kernel| kernel.name == name);
            *found.unwrap_or_else(|| panic!("{name} is not in {kernels:?}"))
        };
        let tokens = job.chip_tokens() as f64;
        // 7,168 wide, 128 heads, latent vectors of 1,536 and 512, heads of 128 + 64 and 128; shared experts of 2,048.
        let expected = [
            ("queries down", 7168.0 * 1536.0, 61),
            ("queries up", 1536.0 * 128.0 * 192.0, 61),
            ("kv down", 7168.0 * (512.0 + 64.0), 61),
            ("kv up", 512.0 * 128.0 * 256.0, 61),
            ("attention out", 128.0 * 128.0 * 7168.0, 61),
            ("shared experts up", 7168.0 * 2.0 * 2048.0, 58),
            ("shared experts down", 7168.0 * 2048.0, 58),
        ];
        for (name, flops, count) in expected {
            let kernel = of(name);
            assert_eq!((kernel.flops, kernel.count), (2.0 * tokens * flops, count), "{name}");
            let roof = 1e15_f64.min(4e12 * kernel.flops / kernel.bytes);
            assert!(kernel.flops / kernel.seconds <= roof * (1.0 + 1e-9), "{kernel:?}");
        }
        assert!(
            kernels.iter().all(|kernel| kernel.name != "attention in"),
            "queries and keys have latent vectors"
        );
    }
}
