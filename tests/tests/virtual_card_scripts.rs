//! The virtual card against scripts of hex.

use std::fs;
use std::path::Path;

use testkit::{script, virtual_card};

#[test]
fn the_virtual_card_answers_as_the_scripts_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let mut exchanges = 0;
    let mut problems = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with("virtual_card_") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        match script::run(&text, &mut virtual_card::card()) {
            Ok(count) => exchanges += count,
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(exchanges > 200, "{exchanges} exchanges");
}

#[test]
fn a_script_that_does_not_fit_is_noticed() {
    let fails = |text: &str| script::run(text, &mut virtual_card::card()).unwrap_err();
    assert!(fails("> 00A40000\n< 9000").starts_with("line 2: the card answered 6A86"));
    assert!(fails("> 00A40000").contains("not told"));
    assert!(fails("> 00A40000\n> 00A40000\n< 6A86").starts_with("line 2"));
    assert!(fails("< 9000").contains("no command"));
    assert!(fails("> 00A4000\n< 9000").contains("not hex"));
    assert!(fails("power of").contains("no such power event"));
    assert!(fails("> 0084000008\n< [7] 9000").contains("the card answered"));
    assert_eq!(script::run("> 0084000008 # challenge\n< [8] 9000", &mut virtual_card::card()), Ok(1));
}
