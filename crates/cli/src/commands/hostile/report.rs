//! One client, one run for each card that lies: how it ended, and what it did to the card.

use std::fmt::Write;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use mynumber::transport::pcsc::Context;
use mynumber::transport::vpcd::plug;
use mynumber::transport::{Error as TransportError, pcsc};
use mynumber::virtual_card::hostile::Row;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;

use crate::args::CardHostileArguments;
use crate::commands::card::address;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::hostile::Wanted;
use crate::language::{Language, say};
use crate::output::Product;
use crate::run::Run;

/// How long the service may take to see that a card came or went. It looks several times a second; a card that it does
/// not get to power up is given up.
const SEEN: Duration = Duration::from_secs(4);
const POLL: Duration = Duration::from_millis(20);

/// How a client ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Ended {
    Finished,
    Error,
    Crash,
    Hang,
}

impl Ended {
    const fn name(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::En, Self::Finished) => "finished",
            (Language::En, Self::Error) => "error",
            (Language::En, Self::Crash) => "crash",
            (Language::En, Self::Hang) => "hang",
            (Language::Ja, Self::Finished) => "終了",
            (Language::Ja, Self::Error) => "エラー",
            (Language::Ja, Self::Crash) => "クラッシュ",
            (Language::Ja, Self::Hang) => "停止せず",
        }
    }
}

#[derive(Serialize)]
struct Report {
    report: Vec<Line>,
    /// Cards at which the client crashed, hung, or lost more tries than it was asked to spend.
    problems: usize,
}

#[derive(Serialize)]
struct Line {
    card: &'static str,
    id: Option<&'static str>,
    ended: Ended,
    /// The client's exit code.
    code: Option<i32>,
    /// The signal that ended the client.
    signal: Option<i32>,
    seconds: f64,
    /// Whether the service took the card.
    inserted: bool,
    commands: u64,
    pins_presented: u32,
    tries_lost: u32,
    left_unlocked: bool,
    problem: bool,
}

pub(super) fn run(run: &Run, arguments: &CardHostileArguments, rows: &[&'static Row]) -> Result<(), Failure> {
    let address = address(&arguments.slot.host, arguments.slot.port)?;
    if let Some(folder) = &arguments.keep {
        std::fs::create_dir_all(folder).map_err(|error| output_failed(&error))?;
    }
    let bar = ProgressBar::new(u64::try_from(rows.len().saturating_add(1)).unwrap_or_default());
    let mut report = Report { report: Vec::new(), problems: 0 };
    let bench = Bench { run, arguments, address, context: Context::establish()? };
    for row in std::iter::once(None).chain(rows.iter().copied().map(Some)) {
        let line = match bench.one(row) {
            Ok(line) => line,
            Err(failure) if report.report.is_empty() => return Err(failure),
            Err(failure) => return Err(run.format.print_before(&report, failure)),
        };
        report.problems = report.problems.saturating_add(usize::from(line.problem));
        report.report.push(line);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if report.problems == 0 {
        return run.print(&report);
    }
    let count = report.problems;
    let failure = Failure::new(
        Exit::ProblemsFound,
        say!(
            "the client crashed, hung or lost tries at {count} cards",
            "クライアントに問題のあるカードが{count}種類あります"
        ),
    );
    Err(run.format.print_before(&report, failure))
}

fn output_failed(error: &std::io::Error) -> Failure {
    Failure::new(Exit::OutputFailed, say!("{error}", "{error}"))
}

struct Bench<'r> {
    run: &'r Run,
    arguments: &'r CardHostileArguments,
    address: std::net::SocketAddr,
    context: Context,
}

impl Bench<'_> {
    /// The client at one card; the honest one without a row.
    fn one(&self, row: Option<&'static Row>) -> Result<Line, Failure> {
        let wanted = Wanted::of(row);
        let slot = wanted.copy(self.run, &self.arguments.of)?;
        let before = self.present()?;
        let plugged = plug(slot.clone(), self.address)
            .map_err(|error| Failure::new(Exit::Internal, say!("{error}", "{error}")))?;
        let inserted = self.wait(|now| now > before)?;
        if row.is_none() && !inserted {
            return Err(Failure::new(
                Exit::NoReader,
                say!(
                    "the service does not see a card in the virtual reader",
                    "仮想リーダーのカードが認識されません"
                ),
            )
            .advise(say!(
                "is vsmartcard's vpcd driver installed, and its slot free? see --port",
                "vsmartcardのvpcdドライバーはありますか。スロットは空いていますか（--port）"
            )));
        }
        let begun = Instant::now();
        let status = self.client(wanted.name())?;
        let seconds = begun.elapsed().as_secs_f64();
        let (ledger, left_unlocked) = {
            let card = slot.card();
            (card.ledger(), card.card().is_unlocked())
        };
        drop(plugged);
        let _ = self.wait(|now| now <= before)?;
        let ended = ended(status);
        let spends = row.map_or(0, |row| row.duty.spends());
        Ok(Line {
            card: wanted.name(),
            id: row.map(|row| row.id),
            ended,
            code: status.and_then(|status| status.code()),
            signal: status.and_then(|status| status.signal()),
            seconds: (seconds * 100.0).round() / 100.0,
            inserted,
            commands: ledger.commands,
            pins_presented: ledger.presented,
            tries_lost: ledger.lost,
            left_unlocked,
            // Without a card in the reader a client may wait for one.
            problem: ended == Ended::Crash || (ended == Ended::Hang && inserted) || ledger.lost > spends,
        })
    }

    /// The number of readers that hold a card.
    fn present(&self) -> Result<usize, TransportError> {
        Ok(self.context.states()?.iter().filter(|state: &&pcsc::ReaderStatus| state.present).count())
    }

    /// Waits until the number of cards is as wanted; `false` when it does not become so.
    fn wait(&self, wanted: impl Fn(usize) -> bool) -> Result<bool, Failure> {
        let until = Instant::now() + SEEN;
        while !wanted(self.present()?) {
            self.run.interrupt.check()?;
            if Instant::now() > until {
                return Ok(false);
            }
            std::thread::sleep(POLL);
        }
        Ok(true)
    }

    /// Runs the client to its end; `None` when it did not come to one.
    fn client(&self, card: &str) -> Result<Option<ExitStatus>, Failure> {
        let [program, arguments @ ..] = self.arguments.client.as_slice() else {
            return Err(Failure::new(
                Exit::Usage,
                say!("no client is named", "クライアントの指定がありません"),
            ));
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).process_group(0);
        let [stdout, stderr] = match &self.arguments.keep {
            None => [Stdio::null(), Stdio::null()],
            Some(folder) => {
                let file = File::create(folder.join(format!("{card}.txt")))
                    .map_err(|error| output_failed(&error))?;
                let other = file.try_clone().map_err(|error| output_failed(&error))?;
                [file.into(), other.into()]
            }
        };
        let mut child = command.stdout(stdout).stderr(stderr).spawn().map_err(|error| {
            let shown = program.to_string_lossy();
            Failure::new(
                Exit::BadInput,
                say!("cannot run {shown}: {error}", "{shown} を実行できません: {error}"),
            )
        })?;
        let until = Instant::now() + self.arguments.limit;
        loop {
            if let Some(status) = child.try_wait().map_err(|error| output_failed(&error))? {
                return Ok(Some(status));
            }
            let interrupted = self.run.interrupt.check();
            if interrupted.is_err() || Instant::now() > until {
                end(&mut child);
                return interrupted.map(|()| None);
            }
            std::thread::sleep(POLL);
        }
    }
}

/// Ends a client and what it started.
fn end(child: &mut Child) {
    // Fails only when it has ended already.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

fn ended(status: Option<ExitStatus>) -> Ended {
    match status {
        None => Ended::Hang,
        Some(status) if status.success() => Ended::Finished,
        Some(status) if status.code().is_some() => Ended::Error,
        Some(_) => Ended::Crash,
    }
}

impl Product for Report {
    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        let head = language.pick(
            "card                              id   ended      code   seconds  commands  PINs  lost  card",
            "card                              id   ended      code   seconds  commands  PINs  lost  カード",
        );
        let _ = writeln!(out, "{head}");
        for line in &self.report {
            let code = match (line.code, line.signal) {
                (Some(code), _) => code.to_string(),
                (None, Some(signal)) => format!("SIG{signal}"),
                (None, None) => "-".to_owned(),
            };
            let card = match (line.inserted, line.left_unlocked) {
                (false, _) => language.pick("not taken by the service", "サービスが受け付けず"),
                (true, true) => language.pick("left unlocked", "ロックされず"),
                (true, false) => language.pick("locked", "ロック済み"),
            };
            let problem = if line.problem { language.pick("  PROBLEM", "  問題あり") } else { "" };
            let _ = writeln!(
                out,
                "{:33} {:4} {:10} {code:>5} {:9.2} {:9} {:5} {:5}  {card}{problem}",
                line.card,
                line.id.unwrap_or("-"),
                line.ended.name(language),
                line.seconds,
                line.commands,
                line.pins_presented,
                line.tries_lost,
            );
        }
        let count = self.report.len();
        let problems = self.problems;
        let _ = match language {
            Language::En => writeln!(out, "{count} cards, {problems} problems"),
            Language::Ja => writeln!(out, "カード{count}種類、問題{problems}件"),
        };
        out
    }
}
