//! Every claim of the library, judged: the page of the book is what comes out, and what is said to turn a verdict does.

use copperlight::claims::{AskedClaim, ClaimReport, judge_claims, page};
use copperlight::file::{ClaimStatement, LibraryClaim, library_claims, load};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

/// The page as it stands in the book.
const PAGE: &str = include_str!("../../docs/src/claims.md");

/// A claim whose evidence stands in two scenarios, for the time that one takes.
const MEASURED: &str = "h20-is-a-fifth";

/// The scenarios of a claim with these settings.
fn asked(claim: &LibraryClaim, settings: &[String]) -> AskedClaim {
    let loaded = |name| load(name, settings).unwrap_or_else(|errors| panic!("{errors}"));
    AskedClaim { scenarios: claim.scenarios().map(loaded).collect() }
}

fn statement(claim: &LibraryClaim) -> ClaimStatement {
    let table = asked(claim, &[]).scenarios.remove(0).claim.expect("a claim has a table");
    table.statement().expect("its first scenario states it").clone()
}

fn judged(claims: &[AskedClaim]) -> Vec<ClaimReport> {
    judge_claims(claims, None, &|_| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// Holds the book's page against the claims as they come out.
fn assert_page() {
    let claims: Vec<AskedClaim> = library_claims().map(|claim| asked(claim, &[])).collect();
    let written = page(&judged(&claims));
    let remedy = "write it with: copperlight claims --format markdown > docs/src/claims.md";
    assert!(written == PAGE, "docs/src/claims.md is not what the claims come out as; {remedy}");
}

/// Holds every verdict against what its claim says to turn it.
fn assert_turns() {
    for claim in library_claims() {
        let flip = statement(claim).flip.expect("every claim says what would turn its verdict");
        let turned = judged(&[asked(claim, &flip.set)]).remove(0);
        assert_eq!(turned.verdict, flip.verdict, "{} with {:?}: {turned:?}", claim.name, flip.set);
        let told = format!("## {}\n", claim.name);
        let section = PAGE.split_once(&told).expect("every claim has a section").1;
        let verdict = section.split("**Verdict: `").nth(1).and_then(|rest| rest.split('`').next());
        assert_ne!(verdict, Some(flip.verdict.name()), "{} does not turn", claim.name);
    }
}

fn claims(criterion: &mut Criterion) {
    assert_page();
    assert_turns();
    let claim = library_claims().find(|claim| claim.name == MEASURED).expect("the claim is in the library");
    let asked = [asked(claim, &[])];
    let mut group = criterion.benchmark_group("claims");
    group.sample_size(10);
    group.bench_function(MEASURED, |bencher| bencher.iter(|| black_box(judged(&asked))));
    group.finish();
}

criterion_group!(benches, claims);
criterion_main!(benches);
