//! Connecting to the card that is meant: a reader's, or the embedded virtual one.

use std::time::{Duration, Instant};

use mynumber::Slot;
use mynumber::transport::{Faulty, InProcess, Transport};

use crate::cards;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::hostile::Embedded;
use crate::interrupt::Interruptible;
use crate::run::Run;
use crate::tracing;

/// How an embedded card that lies is named.
const HOSTILE: &str = "hostile:";

/// The wire to the card, with the trace laid over it where asked for.
pub(crate) fn open(run: &Run) -> Result<Box<dyn Transport>, Failure> {
    let name = run.common.reader.as_deref();
    let hostile = name.and_then(|name| name.strip_prefix(HOSTILE));
    let transport: Box<dyn Transport> = match (hostile, name.and_then(virtual_person)) {
        (Some(hostile), _) => {
            Box::new(Interruptible::new(Embedded::open(run, hostile)?, run.interrupt.clone()))
        }
        (None, Some(person)) => {
            let card = InProcess::new(slot_in_turn(run, person)?);
            let faults = cards::Store::of(run)?.faults(person)?;
            Box::new(Interruptible::new(Faulty::new(card, faults), run.interrupt.clone()))
        }
        (None, None) => reader(run)?,
    };
    Ok(if run.common.trace { tracing::over(transport) } else { transport })
}

/// The virtual card, once no other program holds it; waits as long as `--timeout` allows.
fn slot_in_turn(run: &Run, person: &str) -> Result<Slot, Failure> {
    let store = cards::Store::of(run)?;
    let until = Instant::now() + run.common.timeout.unwrap_or_default();
    loop {
        match store.slot(person) {
            Err(failure) if failure.exit() == Exit::CardInUse && Instant::now() < until => {
                run.interrupt.check()?;
                std::thread::sleep(Duration::from_millis(50));
            }
            outcome => return outcome,
        }
    }
}

/// Whether the embedded card is meant, not a reader.
pub(crate) fn is_virtual(run: &Run) -> bool {
    let reader = run.common.reader.as_deref();
    reader.is_some_and(|reader| reader.starts_with(HOSTILE)) || reader.and_then(virtual_person).is_some()
}

/// The person behind `virtual` or `virtual:PERSON`.
fn virtual_person(reader: &str) -> Option<&str> {
    match reader.strip_prefix("virtual")? {
        "" => Some(cards::DEFAULT_PERSON),
        rest => rest.strip_prefix(':').filter(|person| !person.is_empty()),
    }
}

#[cfg(not(feature = "pcsc"))]
fn reader(_: &Run) -> Result<Box<dyn Transport>, Failure> {
    Err(without_pcsc())
}

/// Why readers cannot be used in a build without the feature.
#[cfg(not(feature = "pcsc"))]
pub(crate) fn without_pcsc() -> Failure {
    use crate::language::say;
    Failure::new(
        Exit::Unsupported,
        say!(
            "this program was built without PC/SC; only --reader virtual works",
            "このプログラムはPC/SCなしで作られています。--reader virtual だけが使えます"
        ),
    )
}

#[cfg(feature = "pcsc")]
fn reader(run: &Run) -> Result<Box<dyn Transport>, Failure> {
    let context = mynumber::transport::pcsc::Context::establish()?;
    let name = pcsc::choose(run, &context)?;
    let connection = context.connect(&name, &pcsc::options(run))?;
    Ok(Box::new(connection))
}

/// Readers of the PC/SC service.
#[cfg(feature = "pcsc")]
pub(crate) mod pcsc {
    use mynumber::driver::Card;
    use mynumber::transport::Error as TransportError;
    use mynumber::transport::pcsc::{
        Choice, Context, Options, PassedOver, ReaderName, Selection, SelectionError,
    };

    use crate::exit::Exit;
    use crate::failure::{Failure, japanese_transport};
    use crate::language::{Language, say};
    use crate::run::Run;

    /// How the command connects: shared, since the driver keeps others out while anything is unlocked.
    pub(crate) fn options(run: &Run) -> Options {
        let mut options = Options { cancel: run.interrupt.cancel(), ..Options::default() };
        if let Some(patience) = run.common.timeout {
            options.patience = patience;
        }
        options
    }

    /// The reader that is meant: the one asked for, the only one with a card, or the only one whose card is a My Number
    /// Card. Only the last case sends anything to a card.
    pub(crate) fn choose(run: &Run, context: &Context) -> Result<ReaderName, Failure> {
        if let Some(text) = &run.common.reader {
            let reader = selected(context, text)?;
            return wait(run, context, Some(reader));
        }
        if context.states()?.is_empty() && run.common.timeout.is_none() {
            return Err(TransportError::NoReader.into());
        }
        match with_card(run, context)? {
            None => wait(run, context, None),
            Some(reader) => Ok(reader),
        }
    }

    /// The only reader that holds a card, or the only one whose card is a My Number Card; nothing when none holds any.
    pub(crate) fn with_card(run: &Run, context: &Context) -> Result<Option<ReaderName>, Failure> {
        let states = context.states()?;
        let with_card: Vec<&ReaderName> =
            states.iter().filter(|state| state.present).map(|state| &state.name).collect();
        match with_card.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some((*one).clone())),
            _ => by_content(run, context).map(Some),
        }
    }

    /// The reader that a person named.
    pub(crate) fn selected(context: &Context, text: &str) -> Result<ReaderName, Failure> {
        context.reader(Some(&Selection::from_text(text))).map_err(selection_failure)
    }

    fn wait(run: &Run, context: &Context, reader: Option<ReaderName>) -> Result<ReaderName, Failure> {
        match run.common.timeout {
            Some(limit) => {
                Ok(context.wait_for_card(reader.as_ref(), Some(limit), &run.interrupt.cancel())?)
            }
            None => reader.ok_or_else(|| TransportError::NoCard.into()),
        }
    }

    fn by_content(run: &Run, context: &Context) -> Result<ReaderName, Failure> {
        let choice = probe(run, context)?;
        match choice.found.as_slice() {
            [one] => Ok(one.reader.clone()),
            found => {
                let mut lines: Vec<String> = found.iter().map(|found| found.reader.to_string()).collect();
                lines.extend(
                    choice.passed_over.iter().map(|(reader, why)| format!("{reader}: {}", reason(why))),
                );
                let list = lines.join("\n  ");
                let count = found.len();
                let failure = Failure::new(
                    if count == 0 { Exit::WrongCard } else { Exit::Usage },
                    say!(
                        "{count} readers hold a My Number Card:\n  {list}",
                        "マイナンバーカードのあるリーダーは{count}台です:\n  {list}"
                    ),
                );
                Err(failure.advise(say!("choose one with --reader", "--reader で指定してください")))
            }
        }
    }

    /// Looks into every reader: does one of the card's applications answer?
    pub(crate) fn probe(run: &Run, context: &Context) -> Result<Choice<String>, Failure> {
        Ok(context.choose(&options(run), |connection| {
            let identity = Card::new(connection)
                .identify()
                .map_err(|error| Failure::from(error).message().to_owned())?;
            match identity.applications.is_empty() {
                true => Err(say!("not a My Number Card", "マイナンバーカードではありません")),
                false => Ok(()),
            }
        })?)
    }

    /// Why a reader was passed over.
    pub(crate) fn reason(why: &PassedOver<String>) -> String {
        match why {
            PassedOver::Empty => say!("no card", "カードなし"),
            PassedOver::Unreachable(error) => in_words(error),
            PassedOver::Refused(reason) => reason.clone(),
            _ => "?".to_owned(),
        }
    }

    /// A fault of transport in the language of the process.
    pub(crate) fn in_words(error: &TransportError) -> String {
        match Language::current() {
            Language::En => error.to_string(),
            Language::Ja => japanese_transport(error),
        }
    }

    fn selection_failure(error: SelectionError) -> Failure {
        match error {
            SelectionError::Unreachable(error) => error.into(),
            other => Failure::new(Exit::NoReader, say!("{other}", "リーダーを特定できません: {other}"))
                .advise(say!("`mynumber readers` lists them", "`mynumber readers` で一覧を表示できます")),
        }
    }
}
