//! The machine of a row, as a system of the catalog with what the row says otherwise.

use super::fields::Fields;
use copperlight_core::units::Bandwidth;
use copperlight_topologies::System;
use copperlight_topologies::catalog;
use toml::Value;

/// The most chips of a row.
pub(super) const MOST_CHIPS: u64 = 1_000_000;

/// The machine of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The system of the catalog.
    pub preset: String,
    /// How many chips took part.
    pub chips: usize,
    /// How many of them shared a scale-up domain, where the row says so.
    pub chips_per_domain: Option<usize>,
    /// The rate of each chip's adapter in one direction, where the row says so.
    pub scale_out: Option<Bandwidth>,
    /// The network between domains, where the row says so.
    pub network: Option<Network>,
}

/// What joins scale-up domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// InfiniBand.
    InfiniBand,
    /// Ethernet with remote memory access.
    Roce,
    /// The adapters of Amazon's cloud.
    Efa,
    /// The host-forwarded network of Google's cloud.
    Tcpxo,
}

/// A system as a row has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The system.
    pub system: System,
    /// What had to be assumed, in a sentence.
    pub note: Option<String>,
}

impl Network {
    /// The name of the network in the names of transport families, such as `nvlink4-infiniband`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InfiniBand => "infiniband",
            Self::Roce => "roce",
            Self::Efa => "efa",
            Self::Tcpxo => "tcpxo",
        }
    }
}

impl Setup {
    /// Whether the chips are in more than one domain of the system.
    fn spans_domains(&self, system: &System) -> bool {
        self.chips > self.chips_per_domain.unwrap_or_else(|| system.domain_size())
    }

    /// The system of the catalog with what the row says otherwise.
    ///
    /// A domain is cut to fewer chips only where the chips of the row are in several.
    ///
    /// # Errors
    /// Why there is no such system, in a sentence.
    pub fn system(&self) -> Result<Prepared, String> {
        let preset = System::preset(&self.preset).map_err(|error| error.to_string())?;
        let mut system = preset.clone();
        let mut set = |key: &str, value: Value| system.set(key, &value).map_err(|error| error.to_string());
        if let Some(domain) = self.chips_per_domain.filter(|domain| *domain != preset.domain_size()) {
            let fits_one_domain_of_both = self.chips <= domain.min(preset.domain_size());
            if !fits_one_domain_of_both {
                set("chips_per_domain", Value::Integer(i64::try_from(domain).unwrap_or(i64::MAX)))?;
            }
        }
        if let Some(rate) = self.scale_out.filter(|rate| preset.scale_out_bandwidth_per_chip() != Some(*rate))
        {
            let text = format!("{} Gb/s", rate.gigabytes_per_second() * 8.0);
            set("scale_out.bandwidth_per_chip", Value::String(text))?;
        }
        let note = self.set_transport(&mut system)?;
        Ok(Prepared { system, note })
    }

    /// Sets the transport family of the row's network; a note where the catalog has none.
    fn set_transport(&self, system: &mut System) -> Result<Option<String>, String> {
        let Some(network) = self.network.filter(|_| self.spans_domains(system)) else { return Ok(None) };
        let own = system.transport_name().to_owned();
        let inside = own.split_once('-').map_or(own.as_str(), |(inside, _)| inside);
        let wanted = format!("{inside}-{}", network.name());
        if wanted == own {
            return Ok(None);
        }
        if !catalog::transports().iter().any(|entry| entry.name() == wanted) {
            let preset = &self.preset;
            let note =
                format!("rows of {preset} over {wanted}, which the catalog does not have, run over {own}");
            return Ok(Some(note));
        }
        system.set("transport", &Value::String(wanted)).map_err(|error| error.to_string())?;
        Ok(None)
    }
}

/// Reads the columns of the machine.
pub(super) fn read(fields: &Fields<'_>) -> Result<Setup, String> {
    let count = |column| fields.whole(column, 1..=MOST_CHIPS);
    let as_size = |count: u64| usize::try_from(count).expect("a million fits");
    let rate = fields.positive("scale_out_gbps_per_chip")?;
    Ok(Setup {
        preset: preset(fields)?.to_owned(),
        chips: as_size(fields.needed_whole("chips", 1..=MOST_CHIPS)?),
        chips_per_domain: count("chips_per_domain")?.map(as_size),
        scale_out: rate.map(|gigabits| Bandwidth::from_gigabytes_per_second(gigabits / 8.0)),
        network: network(fields)?,
    })
}

/// The preset of a row. One row of the published tables names its machine in words only: an A3 Mega machine of
/// Google's cloud is eight H100 with adapters of 200 Gb/s each.
fn preset<'a>(fields: &Fields<'a>) -> Result<&'a str, String> {
    if let Some(name) = fields.text("preset") {
        return Ok(name);
    }
    let is_a3_mega = fields.text("transport") == Some("tcpxo")
        && fields.text("system").is_some_and(|words| words.contains("H100"));
    if is_a3_mega {
        return Ok("hgx-h100");
    }
    Err(fields.reason("preset is blank; write a system of `copperlight list`, such as hgx-h100"))
}

fn network(fields: &Fields<'_>) -> Result<Option<Network>, String> {
    match fields.text("transport").unwrap_or("unknown") {
        "none" | "unknown" => Ok(None),
        "ib" => Ok(Some(Network::InfiniBand)),
        "roce" => Ok(Some(Network::Roce)),
        "efa" => Ok(Some(Network::Efa)),
        "tcpxo" => Ok(Some(Network::Tcpxo)),
        name => {
            let known = "write none, ib, roce, efa, tcpxo or unknown";
            Err(fields.reason(&format!("transport is `{name}`; {known}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(preset: &str, chips: usize, chips_per_domain: usize) -> Setup {
        let chips_per_domain = Some(chips_per_domain);
        Setup { preset: preset.to_owned(), chips, chips_per_domain, scale_out: None, network: None }
    }

    fn system(setup: &Setup) -> System {
        setup.system().expect("the catalog has this machine").system
    }

    #[test]
    fn domains_are_cut_only_where_chips_are_in_several() {
        assert_eq!(system(&on("hgx-h100", 4, 4)).domain_size(), 8);
        assert_eq!(system(&on("gb200-nvl72", 12, 4)).domain_size(), 4);
        assert_eq!(system(&on("gb200-nvl72", 144, 72)).domain_size(), 72);
        let larger = on("hgx-h100", 16, 16).system();
        assert!(larger.is_err() || larger.is_ok_and(|larger| larger.system.domain_size() == 16));
    }

    #[test]
    fn adapters_and_networks_are_those_of_the_row() {
        let rate = |gigabits: f64| Some(Bandwidth::from_gigabytes_per_second(gigabits / 8.0));
        let mega = Setup { scale_out: rate(200.0), ..on("hgx-h100", 16, 8) };
        assert_eq!(system(&mega).scale_out_bandwidth_per_chip(), rate(200.0));
        let same = Setup { network: Some(Network::InfiniBand), ..mega.clone() };
        let prepared = same.system().expect("the catalog has this machine");
        assert_eq!((prepared.system.transport_name(), prepared.note), ("nvlink4-infiniband", None));
        let tcpxo = Setup { network: Some(Network::Tcpxo), ..mega };
        let prepared = tcpxo.system().expect("the catalog has this machine");
        assert_eq!((prepared.system.transport_name(), prepared.note), ("nvlink4-tcpxo", None));
        let roce = Setup { network: Some(Network::Roce), ..on("hgx-a100", 16, 8) };
        let prepared = roce.system().expect("the catalog has this machine");
        assert_eq!(prepared.system.transport_name(), "nvlink3-infiniband");
        let note = prepared.note.expect("no such family is in the catalog");
        assert_eq!(
            note,
            "rows of hgx-a100 over nvlink3-roce, which the catalog does not have, run over nvlink3-infiniband"
        );
        let inside = Setup { network: Some(Network::Roce), ..on("hgx-h100", 8, 8) };
        assert_eq!(inside.system().expect("the catalog has this machine").note, None);
    }

    #[test]
    fn an_unknown_preset_is_said() {
        let reason = on("hgx-h101", 8, 8).system().expect_err("there is no such preset");
        assert!(reason.starts_with("the catalog has no `hgx-h101`"), "{reason}");
    }
}
