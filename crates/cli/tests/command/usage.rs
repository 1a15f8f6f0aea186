//! Wrong arguments: exit code 2, in both languages, and no value repeated.

use crate::harness::Bench;

#[test]
fn wrong_arguments_exit_2_and_never_repeat_what_may_be_a_pin() {
    let bench = Bench::new();
    for arguments in [
        &["attributes", "7391"][..],
        &["attributes", "--pin", "7391"],
        &["attributes", "--pin=7391"],
        &["pin", "change", "7391"],
        &["pin", "change", "auth", "7391", "7392"],
        &["7391"],
        &["status", "--timeout", "7391x"],
        &["status", "--timeout", "-7391"],
        &["status", "--timeout", "1e99"],
        &["status", "--lang", "7391"],
        &["status", "--pin-fd", "7391x"],
        &["status", "--pin-fd", "3", "--pin-stdin"],
        &["sign"],
        &["certificate"],
        &["pin"],
        &["card", "serve", "--port", "739173"],
        &["statu"],
    ] {
        for extra in [&[][..], &["--lang", "ja"]] {
            let done = bench.run(&[arguments, extra].concat(), &[]);
            assert_eq!((done.code, done.stdout.len()), (2, 0), "{arguments:?}: {done:?}");
            assert!(!done.stderr.is_empty() && !done.stderr.contains("7391"), "{arguments:?}: {done:?}");
        }
        if arguments != ["pin"] {
            let json = bench.run(&[arguments, &["--json"]].concat(), &[]).json();
            assert_eq!(json["error"]["kind"], "usage", "{arguments:?}");
            assert!(!json.to_string().contains("7391"), "{json}");
        }
    }
    let japanese = bench.run(&["attributes", "--pin", "7391", "--lang", "ja"], &[]);
    assert!(japanese.stderr.contains("--pin というオプションはここにはありません"));
    assert!(bench.run(&["statu"], &[]).stderr.contains("status"));
}

#[test]
fn a_card_that_does_not_exist_is_bad_input() {
    let bench = Bench::new();
    for reader in ["virtual:nobody", "virtual:../x"] {
        let done = bench.run(&["status", "--reader", reader], &[]);
        assert_eq!(done.code, 3, "{done:?}");
    }
    let descriptor = bench.run(&["attributes", "--pin-fd", "99", "--trace"], &[]);
    assert_eq!((descriptor.code, descriptor.verifies()), (3, 0), "{descriptor:?}");
}
