//! Shapes of matmuls: how much they compute and move, and how well tiles fit them.

use super::precision::element_bytes;
use copperlight_topologies::Precision;

/// A matmul: `rows x inner` times `inner x columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::training) struct Gemm {
    /// Rows of the result, m: tokens in the forward pass.
    pub(in crate::training) rows: u64,
    /// Columns of the result, n.
    pub(in crate::training) columns: u64,
    /// The dimension that is summed over, k.
    pub(in crate::training) inner: u64,
}

/// What `rows` and `columns` are padded to.
const TILE: u64 = 128;
/// What `inner` is padded to.
const TILE_INNER: u64 = 64;
/// Numbers of the result that one multiprocessor computes at a time.
const TILE_OF_A_WAVE: f64 = 128.0 * 256.0;

impl Gemm {
    /// The matmul of the backward pass that gives the gradient of the input: dY times the weights transposed.
    pub(in crate::training) const fn input_gradient(self) -> Self {
        Self { rows: self.rows, columns: self.inner, inner: self.columns }
    }

    /// The matmul of the backward pass that gives the gradient of the weights: X transposed times dY.
    pub(in crate::training) const fn weight_gradient(self) -> Self {
        Self { rows: self.inner, columns: self.columns, inner: self.rows }
    }

    /// Operations that count: a multiply and an add for each triple of indices.
    pub(in crate::training) const fn flops(self) -> f64 {
        2.0 * self.rows as f64 * self.columns as f64 * self.inner as f64
    }

    /// Operations that tiles do, their padding included.
    pub(in crate::training) const fn padded_flops(self) -> f64 {
        2.0 * self.padded_result() * (self.inner.div_ceil(TILE_INNER) * TILE_INNER) as f64
    }

    const fn padded_result(self) -> f64 {
        (self.rows.div_ceil(TILE) * TILE) as f64 * (self.columns.div_ceil(TILE) * TILE) as f64
    }

    /// How many times the multiprocessors go round all tiles of the result, and that number rounded up over it.
    pub(in crate::training) fn wave_quantisation(self, multiprocessors: u64) -> f64 {
        let waves = self.padded_result() / (TILE_OF_A_WAVE * multiprocessors as f64);
        waves.ceil() / waves
    }

    /// Bytes that must pass the memory's interface once: both operands, and the result in 16 bits.
    pub(in crate::training) fn traffic_bytes(self, precision: Precision) -> f64 {
        let (m, n, k) = (self.rows as f64, self.columns as f64, self.inner as f64);
        element_bytes(precision) * (m * k + k * n) + 2.0 * m * n
    }
}

/// Equal matmuls in one kernel: those of a chip's experts, each over its own rows, which need not be whole on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct GroupedGemm {
    /// How many there are.
    pub(in crate::training) groups: u64,
    /// Rows, columns and inner size of each.
    pub(in crate::training) sizes: [f64; 3],
}

impl GroupedGemm {
    /// The input gradients.
    pub(in crate::training) const fn input_gradient(self) -> Self {
        let [rows, columns, inner] = self.sizes;
        Self { groups: self.groups, sizes: [rows, inner, columns] }
    }

    /// The weight gradients.
    pub(in crate::training) const fn weight_gradient(self) -> Self {
        let [rows, columns, inner] = self.sizes;
        Self { groups: self.groups, sizes: [inner, columns, rows] }
    }

    /// Operations that count.
    pub(in crate::training) const fn flops(self) -> f64 {
        let [m, n, k] = self.sizes;
        2.0 * self.groups as f64 * m * n * k
    }

    /// Operations of matmuls that take as long, when each is `1 + penalty (1/m + 1/n + 1/k)` times slower.
    pub(in crate::training) const fn penalised_flops(self, penalty: f64) -> f64 {
        let [m, n, k] = self.sizes;
        self.flops() + 2.0 * self.groups as f64 * penalty * (n * k + m * k + m * n)
    }

    /// Bytes that must pass the memory's interface once.
    pub(in crate::training) fn traffic_bytes(self, precision: Precision) -> f64 {
        let [m, n, k] = self.sizes;
        self.groups as f64 * (element_bytes(precision) * (m * k + k * n) + 2.0 * m * n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backward_is_two_matmuls_with_the_dimensions_rotated() {
        let forward = Gemm { rows: 1, columns: 2, inner: 3 };
        assert_eq!(forward.input_gradient(), Gemm { rows: 1, columns: 3, inner: 2 });
        assert_eq!(forward.weight_gradient(), Gemm { rows: 3, columns: 2, inner: 1 });
        let grouped = GroupedGemm { groups: 4, sizes: [1.0, 2.0, 3.0] };
        assert_eq!(grouped.input_gradient().sizes, [1.0, 3.0, 2.0]);
        assert_eq!(grouped.weight_gradient().sizes, [3.0, 2.0, 1.0]);
    }

    #[test]
    fn a_last_wave_is_rounded_up() {
        // 10 x 10 tiles of 128 x 128 are 50 of 128 x 256: 50/40 = 1.25 waves of 40, done in 2.
        let gemm = Gemm { rows: 1280, columns: 1280, inner: 64 };
        assert!((gemm.wave_quantisation(40) - 2.0 / 1.25).abs() < 1e-12);
        assert_eq!(gemm.wave_quantisation(50), 1.0);
        // One tile on a hundred multiprocessors: half a tile of 128 x 256.
        let tile = Gemm { rows: 1, columns: 1, inner: 1 };
        assert!((tile.wave_quantisation(100) - 200.0).abs() < 1e-9);
    }

    #[test]
    fn a_grouped_matmul_slows_with_every_small_dimension() {
        // 2 x 3 x (10 x 20 x 40) operations, and 100 x (1/10 + 1/20 + 1/40) = 17.5 times as many more.
        let grouped = GroupedGemm { groups: 3, sizes: [10.0, 20.0, 40.0] };
        assert_eq!(grouped.flops(), 48_000.0);
        assert_eq!(grouped.penalised_flops(100.0), 48_000.0 * 18.5);
        // Nothing that is empty is not a number.
        let empty = GroupedGemm { groups: 3, sizes: [0.0, 20.0, 40.0] };
        assert_eq!(empty.penalised_flops(100.0), 2.0 * 3.0 * 100.0 * 800.0);
    }

    #[test]
    fn traffic_is_the_operands_and_the_result() {
        let gemm = Gemm { rows: 10, columns: 20, inner: 40 };
        assert_eq!(gemm.traffic_bytes(Precision::Bf16), 2.0 * (400.0 + 800.0 + 200.0));
        assert_eq!(gemm.traffic_bytes(Precision::Fp8), 400.0 + 800.0 + 2.0 * 200.0);
        let grouped = GroupedGemm { groups: 2, sizes: [10.0, 20.0, 40.0] };
        assert_eq!(grouped.traffic_bytes(Precision::Fp8), 2.0 * (400.0 + 800.0 + 2.0 * 200.0));
    }
}
