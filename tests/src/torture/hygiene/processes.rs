//! Every command and every example as a process: what it prints and writes, and the arguments and environment of it and
//! of every process that it starts.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::Forms;
use crate::command::{Bench, NUMBER_B, SIGNATURE, program};
use crate::torture::lines::{LINES, Line};
use crate::torture::{Made, Part, Plan, ensure};

/// How the commands are run: the most talkative forms.
const FORMS: [&[&str]; 3] = [&["--trace"], &["--trace", "--json"], &["--trace", "--lang", "ja"]];
/// Every answer of the card takes so long, so that the process is there to be looked at.
const DELAY: &str = "delay-ms = 4\n";
const PAUSE: Duration = Duration::from_millis(3);
/// The password of the people whom the examples use.
const DOCUMENTED: &str = "ABC123";
const EXAMPLES: [(&str, &[&str]); 6] = [
    ("status", &[]),
    ("read_certificate", &[]),
    ("sign_file", &["-", "letter"]),
    ("log_in", &[]),
    ("is_this_card_genuine", &[]),
    ("record_and_replay", &[]),
];

/// Every command line in every form, with the right PINs and with wrong ones.
pub(super) fn commands(plan: &Plan, part: &mut Part) {
    let some = |line: &Line| matches!(line.arguments.first(), Some(&("sign" | "status")));
    let lines = LINES.iter().filter(|line| !plan.small || some(line));
    let cases: Vec<(&Line, &[&str], bool)> = lines
        .flat_map(|line| FORMS.iter().flat_map(move |form| [(line, *form, true), (line, *form, false)]))
        .collect();
    part.each(&cases, || {
        |(line, form, right): &(&Line, &[&str], bool), part: &mut Part| {
            let place = format!("{} {}", line.name(), form.join(" "));
            part.guarded(&place, || one_command(plan, line, form, *right));
        }
    });
}

/// The planted fault: the PIN that was typed becomes an argument of another process.
const PLANTED: &str = "read pin; sh -c 'sleep 0.05' \"$pin\"; echo \"$pin\" | \"$MYNUMBER\" \"$@\"\n";

fn one_command(plan: &Plan, line: &Line, form: &[&str], right: bool) -> Result<(), String> {
    let mut bench = Bench::with_quirks(DELAY);
    bench.write("message", "m");
    if plan.planted {
        bench.use_script(PLANTED);
    }
    let typed: Vec<&str> = match right {
        true => line.typed().to_vec(),
        false => line.typed().iter().map(|pin| wrong(pin)).collect(),
    };
    // What comes back was searched for the secrets of the card and for what was typed, as text.
    let running = bench.call(&[line.arguments, form].concat()).pins(&typed).spawn();
    let id = running.child.id();
    // Its input is closed meanwhile: a program that reads more than was typed comes to an end too.
    let (seen, done) = std::thread::scope(|scope| {
        let finishing = scope.spawn(|| running.finish());
        (watch(id), finishing.join())
    });
    let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    ensure(!seen.is_empty(), || "the process was not seen".to_owned())?;
    for secret in [SIGNATURE, NUMBER_B].into_iter().chain(typed.iter().copied().filter(|pin| pin.len() > 4)) {
        let forms = Forms::of(secret);
        forms.absent_from("standard error", done.stderr.as_bytes())?;
        let asked_for = form.contains(&"--json") || line.arguments.starts_with(&["number"]);
        if !(asked_for && secret.bytes().all(|byte| byte.is_ascii_digit())) {
            forms.absent_from("standard output", &done.stdout)?;
        }
    }
    for pin in &typed {
        let forms = Forms::of(pin);
        seen.iter().try_for_each(|bytes| forms.absent_from("arguments or environment", bytes))?;
    }
    for output in line.outputs.iter().map(|output| bench.path(output)).filter(|path| path.is_file()) {
        let bytes = std::fs::read(&output).map_err(|error| error.to_string())?;
        Forms::of(SIGNATURE).absent_from("an output file", &bytes)?;
    }
    Ok(())
}

/// A value of the same form that is not right; My Number has to keep its check digit.
fn wrong(pin: &str) -> &'static str {
    match pin.len() {
        4 => "4680",
        12 if pin.bytes().all(|byte| byte.is_ascii_digit()) => "000000000205",
        14 => "02123120359911",
        _ => "WRONGPIN1",
    }
}

/// Arguments and environment of a process and all its descendants, looked at until it ends.
fn watch(id: u32) -> Vec<Vec<u8>> {
    let mut seen: Vec<Vec<u8>> = Vec::new();
    while is_running(id) {
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            for name in ["cmdline", "environ"] {
                // A process that ends meanwhile has neither.
                let bytes = std::fs::read(format!("/proc/{id}/{name}")).unwrap_or_default();
                if !bytes.is_empty() && !seen.contains(&bytes) {
                    seen.push(bytes);
                }
            }
            let children =
                std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
            waiting.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        std::thread::sleep(PAUSE);
    }
    seen
}

/// Neither gone nor waiting to be buried.
fn is_running(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = status.rsplit(") ").next().and_then(|rest| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// Every example that uses a password.
pub(super) fn examples(part: &mut Part) -> Made<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("letter"), "a letter")?;
    let programs = program().with_file_name("examples");
    for (name, arguments) in EXAMPLES {
        let outcome = one_example(&programs.join(name), arguments, folder.path());
        part.case(outcome.map_err(|told| format!("{name}: {told}")));
    }
    Ok(())
}

fn one_example(program: &Path, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let id = child.id();
    let watching = std::thread::spawn(move || watch(id));
    let Output { status, stdout, stderr } = child.wait_with_output().map_err(|error| error.to_string())?;
    ensure(status.success(), || format!("it fails: {}", String::from_utf8_lossy(&stderr)))?;
    let forms = Forms::of(DOCUMENTED);
    forms.absent_from("standard output", &stdout)?;
    forms.absent_from("standard error", &stderr)?;
    let seen = watching.join().unwrap_or_default();
    ensure(!seen.is_empty(), || "the process was not seen".to_owned())?;
    seen.iter().try_for_each(|bytes| forms.absent_from("arguments or environment", bytes))
}
