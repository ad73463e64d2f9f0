//! Which parameters are fitted: their owners, their places in the catalog, their bounds, and rough guesses.

/// Who shares a value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// All families whose domains hold GPUs.
    Gpus,
    /// Families with the same links inside a domain: the first part of their names.
    Inside(&'static [&'static str]),
    /// Families with the same network between domains: the second part of their names.
    Network(&'static [&'static str]),
}

/// Where a parameter stands in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The value itself, under this key.
    Value(&'static str),
    /// The value multiplied by the one under the second key, under the first.
    Times(&'static str, &'static str),
}

/// A parameter that is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name, the dotted key of the catalog where it is one.
    pub name: &'static str,
    /// Its unit in the catalog.
    pub unit: &'static str,
    /// Who shares it.
    pub owner: Owner,
    /// What it sets, the first of them the place that it is read from.
    pub places: &'static [Place],
    /// Where a cold fit begins: a round number, not the shipped value.
    pub guess: f64,
    /// The least and the largest value that make sense.
    pub bounds: [f64; 2],
}

/// Families whose domains hold GPUs, by the first part of their names.
pub(super) const GPUS: [&str; 4] = ["nvlink3", "nvlink4", "nvlink5", "xgmi"];

const NVLINKS: &[&str] = &["nvlink3", "nvlink4", "nvlink5"];
const SHARP: &[&str] = &["nvlink4", "nvlink5"];
const NETWORKS: &[&str] = &["infiniband", "tcpxo"];

/// Every parameter that is fitted. A family's Simple step is the shared ratio times its LL step.
pub const PARAMETERS: [Parameter; 24] = [
    inside("launch", "us", &GPUS, &[Place::Value("launch")], (10.0, [1.0, 40.0])),
    inside("step", "us", NVLINKS, STEP, (1.0, [0.6, 6.0])),
    inside("scale_up.efficiency", "share", &GPUS, &[Place::Value("scale_up.efficiency")], (0.8, [0.3, 1.0])),
    inside(
        "own_chunk_all_to_all",
        "ratio",
        NVLINKS,
        &[Place::Value("own_chunk_all_to_all")],
        (0.5, [0.01, 3.0]),
    ),
    inside("in_network.hand_off", "us", SHARP, &[Place::Value("in_network.hand_off")], (1.5, [0.05, 10.0])),
    shared("own_chunk", "ratio", &[Place::Value("own_chunk")], (0.5, [0.01, 2.0])),
    shared("ramp", "us", &[Place::Value("ramp")], (1.0, [0.02, 20.0])),
    shared("start_simple", "us", &[Place::Value("start_simple")], (5.0, [0.1, 30.0])),
    shared("start_ll128", "us", &[Place::Value("start_ll128")], (1.0, [0.05, 10.0])),
    shared("share_ll", "share", &[Place::Value("scale_up.share_ll")], (0.05, [0.002, 0.5])),
    shared("share_ll128", "share", &[Place::Value("scale_up.share_ll128")], (0.3, [0.02, 0.95])),
    shared("peer", "us", &[Place::Value("peer")], (0.5, [0.02, 5.0])),
    shared("all_to_all_efficiency", "share", &[Place::Value("all_to_all_efficiency")], (0.95, [0.6, 1.0])),
    shared("in_network.start", "us", &[Place::Value("in_network.start")], (20.0, [1.0, 60.0])),
    shared("step_ratio", "ratio", SIMPLE_STEP, (2.0, [1.0, 5.0])),
    network(
        "scale_out.efficiency",
        "share",
        NETWORKS,
        &[Place::Value("scale_out.efficiency")],
        (0.95, [0.4, 1.0]),
    ),
    network("scale_out.step_ll", "us", NETWORKS, FAR_STEP, (10.0, [1.5, 300.0])),
    network("scale_out.step_simple", "us", NETWORKS, FAR_SIMPLE_STEP, (20.0, [1.5, 1500.0])),
    network("scale_out.share_ll", "share", &["tcpxo"], FAR_SHARE, (0.2, [0.005, 0.95])),
    inside(
        "experts.launch",
        "us",
        &["nvlink4", "nvlink5", "ub"],
        &[Place::Value("experts.launch")],
        (10.0, [1.0, 300.0]),
    ),
    inside(
        "experts.doubling",
        "us",
        &["nvlink5", "ub"],
        &[Place::Value("experts.doubling")],
        (1.0, [0.01, 50.0]),
    ),
    inside(
        "experts.copy",
        "GB/s",
        &["nvlink5", "ub"],
        &[Place::Value("experts.copy")],
        (500.0, [10.0, 10000.0]),
    ),
    inside(
        "experts.reduce",
        "GB/s",
        &["nvlink5"],
        &[Place::Value("experts.reduce")],
        (2000.0, [50.0, 20000.0]),
    ),
    inside("experts.spread", "ratio", &["nvlink5"], &[Place::Value("experts.spread")], (0.05, [0.001, 1.0])),
];

const STEP: &[Place] = &[Place::Value("scale_up.step_ll"), Place::Value("scale_up.step_ll128")];

const SIMPLE_STEP: &[Place] = &[
    Place::Times("scale_up.step_simple", "scale_up.step_ll"),
    Place::Times("scale_up.message", "scale_up.step_ll"),
];

const FAR_STEP: &[Place] = &[Place::Value("scale_out.step_ll"), Place::Value("scale_out.step_ll128")];

const FAR_SIMPLE_STEP: &[Place] = &[Place::Value("scale_out.step_simple"), Place::Value("scale_out.message")];

const FAR_SHARE: &[Place] = &[Place::Value("scale_out.share_ll"), Place::Value("scale_out.share_ll128")];

type Start = (f64, [f64; 2]);

const fn inside(
    name: &'static str,
    unit: &'static str,
    families: &'static [&'static str],
    places: &'static [Place],
    (guess, bounds): Start,
) -> Parameter {
    Parameter { name, unit, owner: Owner::Inside(families), places, guess, bounds }
}

const fn network(
    name: &'static str,
    unit: &'static str,
    networks: &'static [&'static str],
    places: &'static [Place],
    (guess, bounds): Start,
) -> Parameter {
    Parameter { name, unit, owner: Owner::Network(networks), places, guess, bounds }
}

const fn shared(
    name: &'static str,
    unit: &'static str,
    places: &'static [Place],
    (guess, bounds): Start,
) -> Parameter {
    Parameter { name, unit, owner: Owner::Gpus, places, guess, bounds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_within_bounds() {
        for parameter in PARAMETERS {
            let [low, high] = parameter.bounds;
            assert!(low < parameter.guess && parameter.guess < high, "{}", parameter.name);
        }
    }

    #[test]
    fn no_family_has_more_than_twelve_values_of_its_own() {
        for family in GPUS {
            let own = PARAMETERS.iter().filter(|parameter| match parameter.owner {
                Owner::Inside(families) => families.contains(&family),
                Owner::Gpus | Owner::Network(_) => false,
            });
            assert!(own.count() <= 12, "{family}");
        }
    }
}
