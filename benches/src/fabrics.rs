//! Fabrics to simulate on.

use copperlight_core::fabric::Fabric;
use copperlight_topologies::System;

/// `chips` chips around one switch: 900 GB/s and 250 ns a link, so 500 ns for the first byte.
pub fn star(chips: usize) -> Fabric {
    let text = r#"
        family = "star"
        link_bandwidth = "900 GB/s"
        link_latency = "250 ns"
    "#;
    let table = text.parse().expect("the description is TOML");
    let system = System::from_family(&table).expect("the family has these parameters");
    system.build(chips).expect("a star has any number of chips")
}
