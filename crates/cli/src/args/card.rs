//! The arguments of `card`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::seconds;

#[derive(Debug, Subcommand)]
pub(crate) enum CardCommand {
    /// Make a virtual card for a built-in person or from a TOML file
    New(CardNewArguments),
    /// Plug virtual cards into the PC/SC service and show a live trace
    Serve(CardServeArguments),
    /// Show the virtual cards, or one of them
    Show {
        /// Name of the card
        card: Option<String>,
    },
    /// List the built-in people
    People,
    /// Tell the chip that somebody tampers with it: it erases keys and contents for good
    Tamper {
        /// Name of the card
        card: String,
    },
    /// List the cards that lie, or run a client against all of them
    Hostile(CardHostileArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CardNewArguments {
    /// Built-in person, or a TOML file
    pub(crate) person: String,
    /// Name of the card (default: the person's)
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Quirks file (TOML) that goes with the card
    #[arg(long, value_name = "FILE")]
    pub(crate) quirks: Option<PathBuf>,
    /// Replace a card of that name
    #[arg(long)]
    pub(crate) force: bool,
}

/// Where the virtual reader driver takes cards.
#[derive(Debug, Args)]
pub(crate) struct SlotArguments {
    /// Port of the first virtual reader slot
    #[arg(long, default_value_t = 35_963)]
    pub(crate) port: u16,
    /// Host of the virtual reader driver
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: String,
}

#[derive(Debug, Args)]
pub(crate) struct CardServeArguments {
    /// Cards by name or built-in person, one per slot
    #[arg(value_name = "CARD", default_value = "taro")]
    pub(crate) served: Vec<String>,
    #[command(flatten)]
    pub(crate) slot: SlotArguments,
    /// Quirks file (TOML) for this run; only what it says of behaviour counts
    #[arg(long, value_name = "FILE")]
    pub(crate) quirks: Option<PathBuf>,
    /// Serve copies that lie in this way (names: `card hostile --list`; NAME@N lies from command N on)
    #[arg(long, value_name = "NAME", conflicts_with = "quirks")]
    pub(crate) hostile: Option<String>,
    /// No live trace
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("job").required(true))]
pub(crate) struct CardHostileArguments {
    /// List them: what each does, and what a client must do
    #[arg(long, group = "job")]
    pub(crate) list: bool,
    /// Serve each in turn through the PC/SC service, run the client, and tell how it ended
    #[arg(long, group = "job", requires = "client")]
    pub(crate) report: bool,
    /// Only these, by name or id (A1 to A18), commas between them
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Seconds that the client may take for each card
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "20")]
    pub(crate) limit: Duration,
    /// Card that the copies are made of
    #[arg(long, value_name = "CARD", default_value = "taro")]
    pub(crate) of: String,
    /// Folder for what the client says, one file per card
    #[arg(long, value_name = "FOLDER")]
    pub(crate) keep: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) slot: SlotArguments,
    /// The client and its arguments
    #[arg(last = true, value_name = "CLIENT")]
    pub(crate) client: Vec<OsString>,
}
