//! The trace on standard error: every exchange as one line, secrets and personal data left out by construction.

use std::time::Instant;

use mynumber::transport::{CardSide, TraceEvent, Traced, Transport};

use crate::output::notice;

/// Lays the trace over a transport.
pub(crate) fn over(transport: Box<dyn Transport>) -> Box<dyn Transport> {
    let begun = Instant::now();
    Box::new(Traced::new(
        transport,
        move || begun.elapsed(),
        |event: &TraceEvent<'_>| notice(&event.to_string()),
    ))
}

/// Lays the trace over a card, each line led by the card's name.
pub(crate) fn over_card(
    card: impl CardSide + Send + 'static,
    name: String,
) -> impl CardSide + Send + 'static {
    let begun = Instant::now();
    Traced::new(
        card,
        move || begun.elapsed(),
        move |event: &TraceEvent<'_>| notice(&format!("{name} {event}")),
    )
}
