//! Who stands at the window: from arguments, or by questions. What nobody said counts as not so.

use mynumber::issuance::application::ContactName;
use mynumber::issuance::desk::counter::{Comes, Identity, Likeness, NotIdentified, Presented, Represented};
use mynumber::issuance::store::{Case, Document, Paper};

use super::super::office::Office;
use super::super::prompt::Prompt;
use super::super::words::of_contact;
use super::words;
use crate::args::{DeliverArguments, LikenessName, VisitArguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::output::notice;

/// What was found out.
pub(super) fn presented(office: &Office<'_>, arguments: &VisitArguments) -> Result<Presented, Failure> {
    if arguments.questions {
        return ask(&mut Prompt::new(office.run));
    }
    let papers = papers(&arguments.presented, false).chain(papers(&arguments.collected, true)).collect();
    let comes = if arguments.representative { Comes::Representative } else { Comes::Holder };
    let likeness = likeness(arguments.likeness.unwrap_or(LikenessName::Doubtful));
    Ok(Presented { comes, papers, likeness, record_agrees: arguments.record_agrees })
}

/// Which representative comes: asked where the other questions are.
pub(super) fn represented(
    office: &Office<'_>,
    arguments: &DeliverArguments,
    presented: &Presented,
) -> Result<Represented, Failure> {
    if arguments.other_representative {
        return Ok(Represented::ByAnother);
    }
    if let Some(name) = &arguments.representative_name {
        let name = ContactName::parse(name).map_err(|error| {
            let reason = of_contact(error);
            Failure::new(
                Exit::BadInput,
                say!("the representative's name: {reason}", "代理人の氏名: {reason}"),
            )
        })?;
        return Ok(Represented::By(name));
    }
    if !arguments.visit.questions || presented.comes != Comes::Representative {
        return Ok(Represented::Unasked);
    }
    let mut prompt = Prompt::new(office.run);
    loop {
        let question =
            say!("Name of the representative, as the papers have it", "代理人の氏名（書類のとおり）");
        match ContactName::parse(prompt.line(&question)?.trim()) {
            Ok(name) => return Ok(Represented::By(name)),
            Err(error) => notice(&of_contact(error)),
        }
    }
}

/// The holder of a card that was handed over before, identified.
pub(super) fn identify(
    office: &Office<'_>,
    arguments: &VisitArguments,
    case: &Case,
) -> Result<Identity, Failure> {
    presented(office, arguments)?.check(case).map_err(|found| match found {
        NotIdentified::Open(open) => not_identified(&words::missing(&open)),
        _ => not_identified(&say!("the photo clearly shows another person", "顔写真と明らかに異なります")),
    })
}

/// A failure that says everything that is missing.
pub(super) fn not_identified(missing: &str) -> Failure {
    Failure::new(Exit::NotIdentified, say!("not identified: {missing}", "本人確認ができません: {missing}")).advise(say!(
        "say what was found with --presented, --collected, --likeness and --record-agrees, or answer --questions",
        "確認結果を --presented, --collected, --likeness, --record-agrees で指定するか、--questions で答えてください"
    ))
}

fn papers(documents: &[Document], collected: bool) -> impl Iterator<Item = Paper> {
    documents.iter().map(move |document| Paper { document: *document, collected })
}

const fn likeness(name: LikenessName) -> Likeness {
    match name {
        LikenessName::Same => Likeness::Same,
        LikenessName::Doubtful => Likeness::Doubtful,
        LikenessName::Different => Likeness::ClearlyDifferent,
    }
}

fn ask(prompt: &mut Prompt<'_>) -> Result<Presented, Failure> {
    let representative = prompt.yes(&say!("Does a representative come?", "代理人ですか"))?;
    let shown =
        documents(prompt, &say!("Papers presented, with commas between", "提示された書類（コンマ区切り）"))?;
    let kept =
        documents(prompt, &say!("Papers collected, with commas between", "回収した書類（コンマ区切り）"))?;
    let likeness = loop {
        let question = say!(
            "The person against the photo (same, doubtful, different)",
            "顔写真との照合（same, doubtful, different）"
        );
        match prompt.line(&question)?.trim() {
            "same" => break Likeness::Same,
            "doubtful" => break Likeness::Doubtful,
            "different" => break Likeness::ClearlyDifferent,
            _ => {}
        }
    };
    let record_agrees =
        prompt.yes(&say!("Does the resident record agree with the papers?", "住民票と書類は一致しますか"))?;
    Ok(Presented {
        comes: if representative { Comes::Representative } else { Comes::Holder },
        papers: papers(&shown, false).chain(papers(&kept, true)).collect(),
        likeness,
        record_agrees,
    })
}

fn documents(prompt: &mut Prompt<'_>, question: &str) -> Result<Vec<Document>, Failure> {
    loop {
        let answer = prompt.line(question)?;
        let names = answer.split(',').map(str::trim).filter(|name| !name.is_empty());
        if let Some(documents) = names.map(Document::from_name).collect() {
            return Ok(documents);
        }
        let known: Vec<&str> = Document::all().map(Document::name).collect();
        let known = known.join(", ");
        notice(&say!("known papers: {known}", "書類の種類: {known}"));
    }
}
