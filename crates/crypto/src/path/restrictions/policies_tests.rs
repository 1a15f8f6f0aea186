//! Policies of paths, in the shapes of RFC 5280 §6.1: explicit, any, mapped, inhibited.

use super::{Step, hold};
use crate::asn1::der::Der;
use crate::asn1::{Field, Object, Oid};
use crate::certificate::Oids;
use crate::path::InitialPolicies;
use crate::path::restrictions::{Mappings, Restrictions};
use std::vec::Vec;

const ANY: &[u8] = &[0x55, 0x1D, 0x20, 0x00];
const A: &[u8] = &[0x55, 0x01];
const B: &[u8] = &[0x55, 0x02];
const C: &[u8] = &[0x55, 0x03];

fn sequence(content: &[u8]) -> Vec<u8> {
    [&[0x30, u8::try_from(content.len()).unwrap()], content].concat()
}

fn oid(bytes: &[u8]) -> Vec<u8> {
    [&[0x06, u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

/// Content that outlives the test.
fn kept(bytes: Vec<u8>) -> Der<'static> {
    Der::new(Object::Certificate, Field::CertificatePolicies, bytes.leak(), 0)
}

fn step(policies: &[&[u8]]) -> Step<'static> {
    let list: Vec<u8> = policies.iter().flat_map(|policy| sequence(&oid(policy))).collect();
    let policies = (!policies.is_empty())
        .then(|| Oids::read_policies(kept(sequence(&list)), false).expect("a list of policies"));
    Step { policies, restrictions: Restrictions::default(), self_issued: false }
}

fn mapping(pairs: &[(&[u8], &[u8])]) -> Mappings<'static> {
    let list: Vec<u8> = pairs.iter().flat_map(|(a, b)| sequence(&[oid(a), oid(b)].concat())).collect();
    Mappings::read(kept(sequence(&list))).expect("a list of mappings")
}

/// With nothing asked beforehand.
fn holds(path: &[Step<'_>], asked: Option<&[Oid<'_>]>) -> bool {
    hold(path, asked, InitialPolicies::NONE)
}

fn asked(policy: &'static [u8]) -> Vec<Oid<'static>> {
    Vec::from([Oid::known(policy)])
}

#[test]
fn a_policy_holds_when_each_certificate_carries_it_or_any() {
    for (path, policy, expected) in [
        (&[&[A][..], &[A]][..], A, true),
        (&[&[A, B], &[B]], B, true),
        (&[&[A, B], &[B]], A, false),
        (&[&[ANY], &[A]], A, true),
        (&[&[A], &[ANY]], A, true),
        (&[&[ANY], &[ANY]], C, true),
        (&[&[], &[A]], A, false),
        (&[&[A], &[]], A, false),
        (&[&[A], &[A], &[B]], A, false),
    ] {
        let steps: Vec<_> = path.iter().map(|policies| step(policies)).collect();
        assert_eq!(holds(&steps, Some(&asked(policy))), expected, "{path:?} for {policy:?}");
        assert!(holds(&steps, None), "nobody asks for a policy: {path:?}");
        assert!(!holds(&steps, Some(&[])), "nobody fulfils an empty list");
    }
}

#[test]
fn an_authority_may_require_a_policy_of_those_below() {
    let mut authority = step(&[A]);
    authority.restrictions.require_explicit_policy = Some(0);
    assert!(!holds(&[authority, step(&[B])], None));
    let mut authority = step(&[A]);
    authority.restrictions.require_explicit_policy = Some(0);
    assert!(holds(&[authority, step(&[A])], None));
    // After two more certificates: the third below must have one.
    let path = |last: &[&[u8]]| {
        let mut authority = step(&[A]);
        authority.restrictions.require_explicit_policy = Some(2);
        [authority, step(&[A]), step(&[A]), step(last)]
    };
    assert!(holds(&path(&[A]), None));
    assert!(!holds(&path(&[]), None));
}

#[test]
fn a_mapped_policy_stands_for_the_issuers() {
    let mut authority = step(&[A]);
    authority.restrictions.mappings = mapping(&[(A, B)]);
    let path = [authority, step(&[B])];
    assert!(holds(&path, Some(&asked(A))), "known under the anchor as A");
    assert!(!holds(&path, Some(&asked(B))));
    let mut authority = step(&[A]);
    authority.restrictions.mappings = mapping(&[(A, B)]);
    assert!(!holds(&[authority, step(&[A])], Some(&asked(A))), "A was given away for B");
    // anyPolicy, mapped.
    let mut authority = step(&[ANY]);
    authority.restrictions.mappings = mapping(&[(C, B)]);
    assert!(holds(&[authority, step(&[B])], Some(&asked(C))));
}

#[test]
fn inhibited_mappings_take_the_policy_away() {
    let mut first = step(&[A]);
    first.restrictions.inhibit_policy_mapping = Some(0);
    let mut second = step(&[A]);
    second.restrictions.mappings = mapping(&[(A, B)]);
    assert!(!holds(&[first, second, step(&[B])], Some(&asked(A))));
}

#[test]
fn inhibited_any_policy_counts_no_more_but_for_self_issued_authorities() {
    let path = |self_issued: bool| {
        let mut first = step(&[A]);
        first.restrictions.inhibit_any_policy = Some(0);
        let mut second = step(&[ANY]);
        second.self_issued = self_issued;
        [first, second, step(&[A])]
    };
    assert!(!holds(&path(false), Some(&asked(A))));
    assert!(holds(&path(true), Some(&asked(A))));
}

#[test]
fn what_the_caller_asks_beforehand_holds_for_the_whole_path() {
    let with =
        |explicit, inhibit_mapping, inhibit_any| InitialPolicies { explicit, inhibit_mapping, inhibit_any };
    let explicit = with(true, false, false);
    assert!(hold(&[step(&[A]), step(&[A])], None, explicit));
    for path in [[step(&[A]), step(&[B])], [step(&[]), step(&[A])], [step(&[A]), step(&[])]] {
        assert!(!hold(&path, None, explicit));
        assert!(hold(&path, None, with(false, true, true)), "without an explicit policy nothing is asked");
    }
    let mapped = || {
        let mut authority = step(&[A]);
        authority.restrictions.mappings = mapping(&[(A, B)]);
        [authority, step(&[B])]
    };
    assert!(hold(&mapped(), None, explicit));
    assert!(!hold(&mapped(), None, with(true, true, false)));
    assert!(!hold(&mapped(), Some(&asked(A)), with(false, true, false)));
    assert!(hold(&[step(&[ANY]), step(&[ANY])], None, explicit));
    assert!(!hold(&[step(&[ANY]), step(&[ANY])], None, with(true, false, true)));
    assert!(!hold(&[step(&[ANY]), step(&[A])], Some(&asked(A)), with(false, false, true)));
}

#[test]
fn e15_many_policies_mapped_to_many_cost_little() {
    // The tree of RFC 5280 would have 2^30 leaves; the graph has two nodes a level.
    let level = || {
        let mut authority = step(&[A, B]);
        authority.restrictions.mappings = mapping(&[(A, A), (A, B), (B, A), (B, B)]);
        authority
    };
    let mut path: Vec<_> = (0..30).map(|_| level()).collect();
    path.push(step(&[A, B]));
    assert!(holds(&path, Some(&asked(A))));
}
