//! Help, completions, man pages, and the documents that promise numbers and names.

use std::process::Stdio;

use crate::harness::{Bench, PROGRAM};

#[test]
fn completions_and_man_pages_are_written() {
    let bench = Bench::new();
    for (shell, part) in
        [("bash", "complete -F"), ("zsh", "#compdef mynumber"), ("fish", "complete -c mynumber")]
    {
        let done = bench.run(&["completions", shell], &[]);
        assert!(done.code == 0 && done.text().contains(part), "{shell}");
    }
    let bash = bench.write("completions.bash", bench.run(&["completions", "bash"], &[]).stdout);
    assert!(std::process::Command::new("bash").args(["-n", &bash]).status().unwrap().success());
    assert_eq!(bench.run(&["man", "man"], &[]).code, 0);
    for page in ["mynumber.1", "mynumber-sign.1", "mynumber-pin-change.1", "mynumber-card-serve.1"] {
        assert!(String::from_utf8(bench.read(&format!("man/{page}"))).unwrap().contains(".TH"), "{page}");
    }
    bench.write("file", "");
    assert_eq!(bench.run(&["man", "file"], &[]).code, 4);
}

/// Number and meaning of each exit code, from the command's own help.
fn exit_codes() -> Vec<String> {
    let help = Bench::new().run(&["--help"], &[]).text();
    let table = help.split_once("Exit codes:").unwrap().1;
    let codes: Vec<String> =
        table.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(codes.len() > 20, "{codes:?}");
    codes
}

#[test]
fn the_readme_lists_each_exit_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let Ok(readme) = std::fs::read_to_string(path) else { return };
    for code in exit_codes() {
        assert!(
            readme.lines().any(|line| line.starts_with(&format!("| {code} |"))),
            "README.md lacks exit code {code}"
        );
    }
}

#[test]
fn help_is_in_both_languages() {
    let bench = Bench::new();
    assert!(bench.run(&["sign", "--help"], &[]).text().contains("Sign a file"));
    assert!(bench.run(&["sign", "--help", "--lang", "ja"], &[]).text().contains("ファイルに署名する"));
    let version = bench.run(&["--version"], &[]);
    assert!(version.code == 0 && version.text().starts_with("mynumber "));
}

#[test]
fn a_closed_standard_output_is_a_failure_not_a_panic() {
    let bench = Bench::new();
    for arguments in [&["completions", "bash"][..], &["status"], &["status", "--json"], &["card", "people"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let done = bench.call(arguments).stdout(Stdio::from(full)).finish();
        assert_eq!(done.code, 4, "{arguments:?}: {done:?}");
    }
    let script = format!("{PROGRAM} completions bash 2>err | true; cat err");
    let shown =
        std::process::Command::new("sh").args(["-c", &script]).current_dir(bench.path("")).output().unwrap();
    assert!(!String::from_utf8_lossy(&shown.stdout).contains("panic"));
}
