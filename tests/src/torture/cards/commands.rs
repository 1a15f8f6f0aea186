//! Every command of the command line, each run a process of its own, on every card that lies.

use std::time::{Duration, Instant};

use mynumber_virtual_card::hostile::{CATALOGUE, Duty, Row};

use crate::command::{Bench, Done};
use crate::torture::lines::{LINES, Line};
use crate::torture::{Part, Plan, ensure};

/// On a busy machine.
const LIMIT: Duration = Duration::from_secs(20);
/// A fault of the program, wrong arguments, bad input, a panic: none of these is the card's doing.
const NOT_THE_CARDS: [i32; 5] = [-1, 1, 2, 3, 101];

/// Each command on each card.
pub(super) fn run(plan: &Plan, part: &mut Part) {
    let rows = || CATALOGUE.into_iter().flatten();
    let lines = LINES.iter().filter(|line| !plan.small || line.arguments.starts_with(&["attributes"]));
    let cases: Vec<(&Line, &Row)> = lines.flat_map(|line| rows().map(move |row| (line, row))).collect();
    let cases: Vec<_> = cases.into_iter().step_by(if plan.small { 5 } else { 1 }).collect();
    part.each(&cases, || {
        let bench = Bench::new();
        bench.write("message", "m");
        move |(line, row): &(&Line, &Row), part: &mut Part| {
            part.guarded(&format!("{}, {row:?}", line.name()), || one_case(&bench, line, row));
        }
    });
}

fn one_case(bench: &Bench, line: &Line, row: &Row) -> Result<(), String> {
    for output in line.outputs {
        let path = bench.path(output);
        // Most of them are not there.
        let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(&path));
    }
    let reader = format!("hostile:{}:canary", row.name);
    let begun = Instant::now();
    let arguments = [line.arguments, &["--reader", reader.as_str()]].concat();
    let done = bench.call(&arguments).pins(line.typed()).finish();
    ensure(begun.elapsed() < LIMIT, || format!("it took {:?}", begun.elapsed()))?;
    ensure(!NOT_THE_CARDS.contains(&done.code), || format!("{done:?}"))?;
    let shown = done.text() + &done.stderr;
    let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202E}';
    ensure(!shown.contains(steers), || format!("it steers the terminal: {done:?}"))?;
    let left = line.outputs.iter().find(|output| bench.path(output).exists());
    ensure(done.code == 0 || left.is_none(), || format!("{left:?} is left behind: {done:?}"))?;
    ledger_is_right(line, row, &done)
}

/// What the card told of itself at the end: PINs presented, tries lost, locked or not.
fn ledger_is_right(line: &Line, row: &Row, done: &Done) -> Result<(), String> {
    let told = done.stderr.lines().find(|line| line.contains(" PINs presented, "));
    let told = told.ok_or_else(|| format!("the card told nothing: {done:?}"))?;
    let number = |after: &str| {
        let before = told.split_once(after).map(|(before, _)| before);
        before.and_then(|before| before.rsplit(' ').next()).and_then(|text| text.parse::<u32>().ok())
    };
    let (presented, lost) = (number(" PINs presented"), number(" tries lost"));
    let both = u32::from(line.arguments.contains(&"juki"));
    let most = row.duty.spends() * (1 + both);
    ensure(lost.is_some_and(|lost| lost <= most), || format!("tries lost: {done:?}"))?;
    // A change of the juki PIN presents both references, and puts the first back.
    ensure(presented.is_some_and(|count| count <= 2 + 5 * both), || {
        format!("presented too often: {done:?}")
    })?;
    ensure(row.duty != Duty::SendNoPin || presented == Some(0), || format!("it was sent a PIN: {done:?}"))?;
    // Nothing can be done about a card that says it has logged out and has not.
    let feigns = row.name == "yes-to-everything";
    ensure(feigns || told.ends_with(", locked"), || format!("left unlocked: {done:?}"))
}
