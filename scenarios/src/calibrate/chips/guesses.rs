//! Which parameters are fitted, and the guess that each is drawn to: round numbers, not the shipped values.

use super::field::Field;

/// The chips that stand for a family of chips, or have values of their own beside its.
pub(super) const OWNERS: [&str; 5] = ["a100", "h100", "gb200", "gb300", "b300"];

/// Parameters of a chip. Matmuls are guessed at 0.88 of the best that was measured on the chip, where one was; attention
/// and memory by published kernels.
pub(super) const OF_CHIPS: [(&str, Field, f64); 22] = [
    ("a100", Field::Gemm16, 0.77),
    ("a100", Field::Attention, 0.48),
    ("a100", Field::Hbm, 0.8),
    ("h100", Field::Gemm16, 0.7),
    ("h100", Field::Gemm8, 0.63),
    ("h100", Field::Attention, 0.48),
    ("h100", Field::Heads64, 0.75),
    ("h100", Field::Hbm, 0.75),
    ("gb200", Field::Gemm16, 0.65),
    ("gb200", Field::Gemm8, 0.55),
    ("gb200", Field::Gemm4, 0.44),
    ("gb200", Field::Attention, 0.48),
    ("gb200", Field::Heads64, 0.75),
    ("gb200", Field::Hbm, 0.72),
    ("gb300", Field::Gemm16, 0.65),
    ("gb300", Field::Gemm8, 0.68),
    ("gb300", Field::Gemm4, 0.44),
    ("gb300", Field::Attention, 0.6),
    ("gb300", Field::Heads64, 0.75),
    ("gb300", Field::Hbm, 0.72),
    ("b300", Field::Gemm8, 0.63),
    ("b300", Field::Attention, 0.6),
];

/// Parameters that all GPUs share, or keep their ratio of: times in seconds.
pub(super) const OF_ALL: [(Field, f64); 5] = [
    (Field::MxRelative, 0.94),
    (Field::Grouped, 800.0),
    (Field::Slowing, 0.1),
    (Field::Jitter16, 1.6e-3),
    (Field::Jitter8, 4e-3),
];

/// Hosts: who has them, a chip whose values they are, and what a layer with experts takes them, in seconds.
pub(super) const OF_HOSTS: [(&str, &str, f64); 2] =
    [("x86 hosts", "h100", 6e-3), ("grace hosts", "gb200", 4.62e-3)];

/// Parameters that are known better than most: their bounds, and by which factor they are usually off their guess. Matmuls
/// in BF16 of Blackwell chips sustain 0.64 to 0.68 of the peak; the runs that tell them are few, and of an early release.
pub(super) const KNOWN: [(&str, Field, [f64; 2], f64); 2] =
    [("gb200", Field::Gemm16, [0.58, 0.72], 0.03), ("gb300", Field::Gemm16, [0.58, 0.72], 0.03)];
