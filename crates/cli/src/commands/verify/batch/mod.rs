//! `verify batch`: many items on all cores, their order kept, resumable.

mod item;
mod rows;

use std::io::BufReader;

use indicatif::{ProgressBar, ProgressStyle};
use mynumber::batch::{Batch, Cancel, Ended, Entry, Rejection, Summary};
use mynumber::crypto::signer::{self, Verifier};
use serde::Serialize;

use self::item::{Item, Lines, Reject, Row};
use self::rows::{Done, Rows};
use super::cms::{Question, worse};
use super::revocation::Asked;
use super::trust::{self, Material, Trust};
use crate::args::BatchCheck;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::{Language, say};
use crate::output::{Format, Product, notice};
use crate::run::Run;

pub(super) fn run(run: &Run, arguments: &BatchCheck) -> Result<(), Failure> {
    if run.format == Format::Json && arguments.output.is_none() {
        return Err(Failure::new(
            Exit::Usage,
            say!(
                "--json prints the summary; the results need a file of their own: --output",
                "--json は要約を出力します。結果は --output でファイルに出力してください"
            ),
        ));
    }
    let material = Material::read(run, &arguments.trust)?;
    let asked = Asked::read(&arguments.revocation)?;
    let trust = Trust::of(&material)?.for_many();
    let purpose = trust::purpose(arguments.purpose);
    let revocation = asked.as_ref().map_or(signer::Revocation::NotChecked, Asked::required);
    let verifier = Verifier::new(trust.validator(purpose), revocation);
    let question = Question { trust: &trust, purpose, asked: asked.as_ref() };
    let (source, length) = inputs::open(&arguments.file)?;
    let mut sink = Sink::open(run, arguments, length)?;
    let before = sink.before;
    let batch = arguments.jobs.map_or_else(Batch::on_all_cores, Batch::new).starting_at(before.next);
    let cancel = Cancel::new();
    let mut lines = Lines { source: BufReader::new(source), taken: 0 };
    let bar = sink.bar.clone();
    let items = std::iter::from_fn(|| {
        let line = lines.next()?;
        bar.set_position(lines.taken);
        Some(line.map_err(|error| inputs::unreadable(&arguments.file, &error)))
    });
    let outcome = batch.run(
        items,
        |item: &Item| item::verify(item, &verifier, &question),
        |entry| sink.take(entry, &cancel),
        &cancel,
    );
    sink.finish()?;
    let summary = outcome.map_err(|failure| failure.source)?;
    told(run, &summary, &before, sink.worst)
}

/// Rows, rejects, bar, and the worst exit code so far.
struct Sink<'r> {
    run: &'r Run,
    rows: Rows,
    rejects: Option<Rows>,
    bar: ProgressBar,
    /// What an earlier run had done.
    before: Done,
    worst: Option<Exit>,
}

impl<'r> Sink<'r> {
    fn open(run: &'r Run, arguments: &BatchCheck, length: Option<u64>) -> Result<Self, Failure> {
        let BatchCheck { format, force, .. } = *arguments;
        let (output, rejects) = (arguments.output.as_deref(), arguments.rejects.as_deref());
        let mut before = Done::default();
        if output.is_some() && output == rejects {
            return Err(Failure::new(
                Exit::Usage,
                say!(
                    "results and rejects need different files",
                    "結果と不成立の出力先は別のファイルにしてください"
                ),
            ));
        }
        let (rows, rejects) = match output.filter(|_| arguments.resume) {
            Some(path) => {
                before = rows::done(path, format, None)?;
                let rejects = rejects
                    .map(|path| Rows::after(path, format, rows::done(path, format, Some(before.next))?));
                (Rows::after(path, format, before)?, rejects.transpose()?)
            }
            None => {
                let rejects = rejects.map(|path| Rows::new(Some(path), format, force)).transpose()?;
                (Rows::new(output, format, force)?, rejects)
            }
        };
        let bar = match length {
            Some(length) => {
                let style = ProgressStyle::with_template("{bar:40} {percent}% {msg} {eta}");
                ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            }
            None => ProgressBar::new_spinner(),
        };
        Ok(Self { run, rows, rejects, bar, before, worst: before.worst })
    }

    fn take(&mut self, entry: Entry<Item, Row, Reject>, cancel: &Cancel) -> Result<(), Failure> {
        if self.run.interrupt.is_cancelled() {
            cancel.cancel();
        }
        let Entry { number, outcome, .. } = entry;
        let refused = outcome.is_err();
        let row = match outcome {
            Ok(row) => Row { number, ..row },
            Err(rejection) => self.rejected(number, rejection),
        };
        if refused && let Some(rejects) = &mut self.rejects {
            rejects.write(&row)?;
        }
        self.bar.set_message(number.to_string());
        self.rows.write(&row)
    }

    fn rejected(&mut self, number: u64, rejection: Rejection<Reject>) -> Row {
        let (exit, id, why) = match rejection {
            Rejection::Refused(Reject { exit, id, why }) => (exit, id, why),
            Rejection::Panicked => (
                Exit::Internal,
                None,
                say!("the check failed by a fault of this program", "プログラムの内部エラーで確認できません"),
            ),
        };
        self.worst = Some(self.worst.map_or(exit, |worst| worse(worst, exit)));
        Row { number, id, verdict: exit.kind(), exit: exit.code(), why: Some(why), ..Row::default() }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        if let Some(rejects) = &mut self.rejects {
            rejects.flush()?;
        }
        self.rows.flush()
    }
}

/// The summary, and the failure when not all items hold.
fn told(run: &Run, summary: &Summary, before: &Done, worst: Option<Exit>) -> Result<(), Failure> {
    let shown = Shown {
        accepted: summary.accepted,
        rejected: summary.rejected,
        passed_over: before.next.min(summary.next),
        rejected_before: before.rejected,
        next: summary.next,
        finished: summary.ended == Ended::Finished,
    };
    let failure = match (shown.finished, worst) {
        (false, _) => Some(Failure::new(Exit::Cancelled, say!("cancelled", "中止しました")).advise(say!(
            "the same command with --resume goes on where it ended",
            "同じコマンドに --resume を付けると続きから行います"
        ))),
        (true, None) => None,
        (true, Some(worst)) => {
            // Those of an earlier run count: the results are one, whoever made them.
            let rejected = shown.rejected.saturating_add(shown.rejected_before);
            Some(Failure::new(
                worst,
                say!("{rejected} items do not hold", "{rejected}件が満たされていません"),
            ))
        }
    };
    match (run.format, failure) {
        (Format::Json, None) => run.print(&shown),
        (Format::Json, Some(failure)) => Err(run.format.print_before(&shown, failure)),
        (Format::Text, failure) => {
            // Standard output may hold the results.
            notice(shown.text(Language::current()).trim_end());
            failure.map_or(Ok(()), Err)
        }
    }
}

#[derive(Serialize)]
struct Shown {
    accepted: u64,
    rejected: u64,
    /// Items that an earlier run had done.
    passed_over: u64,
    /// Those of them that do not hold.
    rejected_before: u64,
    next: u64,
    finished: bool,
}

impl Product for Shown {
    fn text(&self, language: Language) -> String {
        let Self { accepted, rejected, passed_over, .. } = self;
        match language {
            Language::En => {
                format!("{accepted} hold, {rejected} do not, {passed_over} were done before\n")
            }
            Language::Ja => format!("成立 {accepted}件、不成立 {rejected}件、以前に済み {passed_over}件\n"),
        }
    }
}
