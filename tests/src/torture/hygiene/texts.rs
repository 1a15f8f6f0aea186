//! Traces, recordings and errors of every operation of the driver, with and without a fault.

use std::time::Duration;

use mynumber_driver::Card;
use mynumber_transport::{Fault, Faulty, Recorded, TraceEvent, Traced, Transport, When};
use mynumber_virtual_card::Quirks;

use super::Forms;
use crate::host::{NUMBER_B, OPERATIONS, Operation, SIGNATURE_PASSWORD, inserted};
use crate::torture::{Made, Part, Plan};

/// Exchanges at which the reply is lost; no operation has as many.
const MOST: usize = 20;

/// The four-digit PINs of the sample stand in any list of numbers by chance; its password and its number do not.
pub(super) fn run(plan: &Plan, part: &mut Part) -> Made<()> {
    let secrets = [SIGNATURE_PASSWORD, NUMBER_B].map(Forms::of);
    let faults: Vec<Option<usize>> = std::iter::once(None).chain((0..MOST).map(Some)).collect();
    for operation in OPERATIONS {
        for at in faults.iter().take(if plan.small { 3 } else { faults.len() }) {
            let texts = told(&operation, *at)?;
            for (what, text) in &texts {
                let absent = secrets.iter().try_for_each(|secret| secret.absent_from(what, text.as_bytes()));
                part.case(absent.map_err(|told| format!("{}, fault at {at:?}: {told}", operation.name)));
            }
        }
    }
    Ok(())
}

/// What is told of one run: the trace, the recording, the error in both forms, the transport's own `Debug`.
fn told(operation: &Operation, at: Option<usize>) -> Made<[(&'static str, String); 4]> {
    let inner = inserted(Quirks::default()).map_err(|error| error.to_string())?;
    let lost = Fault::Fail(mynumber_transport::Error::Transmission, When::AfterDelivery);
    let faulty = Faulty::new(inner, at.map(|at| (at, lost)));
    let mut lines = String::new();
    let (error, debug, recording) = {
        let sink = |event: &TraceEvent<'_>| lines += &format!("{event}\n{event:?}\n");
        let mut wire = Recorded::new(Traced::new(faulty, || Duration::ZERO, sink));
        let outcome = (operation.run)(&mut Card::<&mut dyn Transport>::new(&mut wire));
        let error = outcome.err().map(|error| format!("{error}\n{error:?}\n{error:#?}"));
        let debug = format!("{wire:?}");
        (error, debug, wire.into_parts().1)
    };
    let recording = format!("{recording}\n{recording:?}");
    Ok([
        ("the trace", lines),
        ("the recording", recording),
        ("the error", error.unwrap_or_default()),
        ("Debug", debug),
    ])
}
