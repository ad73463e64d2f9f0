//! What an operation adds to the path that leads through it.

use super::account::Account;
use super::resource::Resource;
use crate::training::KernelShares;
use copperlight_core::fabric::Scope;
use copperlight_core::transport::TransferParts;
use copperlight_core::units::Time;

/// A computation that should have taken `nominal` took `actual`, more by what communication cost it.
pub(super) fn computation(account: &mut Account, shares: KernelShares, nominal: Time, actual: Time) {
    let nominal = nominal.min(actual);
    let part = |share: u16| scaled(nominal, u64::from(share), u64::from(KernelShares::WHOLE));
    let (memory, host) = (part(shares.memory), part(shares.host));
    account.add(Resource::MemoryBandwidth, memory);
    account.add(Resource::Host, host);
    account.add(Resource::Compute, nominal - memory - host);
    account.add(Resource::Interference, actual - nominal);
}

/// A transfer or a collective took `actual`, from when all took part.
///
/// Beyond its closed form it waited for wires that others used as well. Where it took less, some of its steps were done
/// before the last participant came: each part is as much shorter, and what rounding leaves is time on wires.
pub(super) fn exchange(account: &mut Account, parts: &TransferParts, actual: Time) {
    let wires = match parts.slowest {
        Scope::ScaleUp => Resource::ScaleUpLinks,
        Scope::ScaleOut => Resource::ScaleOutLinks,
    };
    let expected = parts.total();
    let mut left = actual;
    for (resource, part) in of(parts) {
        let part =
            if actual < expected { scaled(part, actual.picoseconds(), expected.picoseconds()) } else { part };
        account.add(resource, part);
        left = left - part;
    }
    account.add(wires, left);
}

/// Each part with its resource.
const fn of(parts: &TransferParts) -> [(Resource, Time); 6] {
    [
        (Resource::Software, parts.software),
        (Resource::ScaleUpLatency, parts.latency.inside),
        (Resource::ScaleOutLatency, parts.latency.outside),
        (Resource::ScaleUpLinks, parts.wire.inside),
        (Resource::ScaleOutLinks, parts.wire.outside),
        (Resource::Copy, parts.copy),
    ]
}

/// `time` times `numerator` over `denominator`, rounded down.
fn scaled(time: Time, numerator: u64, denominator: u64) -> Time {
    let product = u128::from(time.picoseconds()) * u128::from(numerator) / u128::from(denominator.max(1));
    Time::from_picoseconds(product as u64)
}
