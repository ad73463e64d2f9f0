//! Transports for tests.

use copperlight_core::transport::{ByProtocol, Transport};
use copperlight_core::units::Time;

/// A transport in which every parameter matters.
pub fn costly() -> Transport {
    let mut transport = Transport::ideal();
    transport.launch = Time::from_picoseconds(7_700_000);
    transport.ramp = Time::from_picoseconds(1_540_000);
    transport.own_chunk = 0.44;
    transport.own_chunk_all_to_all = 0.92;
    transport.peer = Time::from_picoseconds(540_000);
    transport.start.simple = Time::from_picoseconds(4_100_000);
    transport.scale_up.step = ByProtocol::all(Time::from_picoseconds(660_000));
    transport.scale_up.efficiency = 0.811;
    transport.scale_up.protocol_share = ByProtocol { ll: 0.029, ll128: 0.34, simple: 1.0 };
    transport.scale_up.message = Time::from_picoseconds(1_640_000);
    transport.scale_out.step = ByProtocol::all(Time::from_picoseconds(6_600_000));
    transport.scale_out.efficiency = 0.984;
    transport
}
