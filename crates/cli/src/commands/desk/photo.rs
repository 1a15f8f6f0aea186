//! `desk photo check`: what a program can tell of a photo, and the clerk's answers.

use mynumber::issuance::desk;
use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::photo::{self, Answer, Digital, Question, judge};
use mynumber::issuance::store::PhotoAnswers;
use serde::Serialize;

use super::office::Office;
use super::prompt::Prompt;
use crate::args::{PhotoCheckArguments, answer_named};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::{Language, say};
use crate::output::{Product, notice};

pub(super) fn run(office: &Office<'_>, arguments: &PhotoCheckArguments) -> Result<(), Failure> {
    let today = office.today()?;
    let file = inputs::read(&arguments.file, u64::try_from(photo::MAX_BYTES).unwrap_or(u64::MAX))?;
    let photo = Digital::check(&file, arguments.taken, today).map_err(|error| {
        let reason = Language::current().pick(error.to_string(), error.japanese());
        not_accepted(say!("the photo is not taken: {reason}", "写真を受け付けられません: {reason}"))
    })?;
    let mut checked = Photo {
        width: photo.width(),
        height: photo.height(),
        bytes: photo.bytes(),
        progressive: photo.is_progressive(),
        taken: photo.taken().to_string(),
        sha256: photo.sha256().iter().map(|byte| format!("{byte:02x}")).collect(),
        case: None,
        judged: false,
        exceptions: Vec::new(),
        open: Question::ALL.map(Question::name).to_vec(),
    };
    let mut answers = arguments.answers.clone();
    if arguments.questions {
        ask(&mut Prompt::new(office.run), &mut answers)?;
    }
    if let Some(number) = arguments.case {
        keep(office, number, &photo, &answers)?;
        checked.case = arguments.case;
    }
    if !answers.is_empty() {
        match judge(&answers) {
            Ok(judgement) => {
                checked.judged = true;
                checked.open.clear();
                checked.exceptions = judgement
                    .exceptions()
                    .iter()
                    .map(|(question, ground)| Excused { question: question.name(), ground: ground.name() })
                    .collect();
            }
            Err(error) => {
                let no = names(&error.no);
                let open = names(&error.open);
                let failure = not_accepted(say!(
                    "the photo is not taken: {error}",
                    "写真を受け付けられません。不適: {no}、未回答: {open}"
                ));
                checked.open = error.open.iter().map(|question| question.name()).collect();
                return Err(office.run.format.print_before(&checked, failure));
            }
        }
    }
    office.run.print(&checked)
}

/// Keeps the answers with a case, whatever they are: also a photo that is not fit was judged by somebody.
fn keep(
    office: &Office<'_>,
    number: u64,
    photo: &Digital,
    answers: &[(Question, Answer)],
) -> Result<(), Failure> {
    let by = office.by(Actor::Municipality)?;
    let answers = PhotoAnswers { sha256: Some(photo.sha256()), answers };
    desk::photo::judge(number, &answers, office.store()?.as_mut(), &by)?;
    Ok(())
}

/// The questions that nobody answered yet.
fn ask(prompt: &mut Prompt<'_>, answers: &mut Vec<(Question, Answer)>) -> Result<(), Failure> {
    let open: Vec<Question> = Question::ALL
        .into_iter()
        .filter(|question| answers.iter().all(|(known, _)| known != question))
        .collect();
    for question in open {
        let grounds: Vec<&str> = question.exceptions().iter().map(|ground| ground.name()).collect();
        let grounds = grounds.join(", ");
        let text = Language::current().pick(question.english(), question.japanese());
        let answer = loop {
            let given = prompt.line(&format!("{text} (yes, no, {grounds})"))?;
            match answer_named(given.trim()) {
                Some(answer) => break answer,
                None => notice(&say!(
                    "one of: yes, no, {grounds}",
                    "yes, no, {grounds} のいずれかで答えてください"
                )),
            }
        };
        answers.push((question, answer));
    }
    Ok(())
}

fn names(questions: &[Question]) -> String {
    let names: Vec<&str> = questions.iter().map(|question| question.japanese()).collect();
    if names.is_empty() { "なし".to_owned() } else { names.join("・") }
}

fn not_accepted(message: String) -> Failure {
    Failure::new(Exit::NotAccepted, message).advise(say!(
        "a new photo: JPEG in colour, 20 KB to 7 MB, 480 to 6000 pixels a side, taken within six months",
        "撮り直してください: カラーのJPEG、20KB～7MB、縦横480～6000ピクセル、6か月以内に撮影"
    ))
}

#[derive(Serialize)]
struct Photo {
    width: u16,
    height: u16,
    bytes: usize,
    progressive: bool,
    taken: String,
    sha256: String,
    /// The case with which the answers are kept.
    case: Option<u64>,
    /// Whether the clerk found it fit.
    judged: bool,
    exceptions: Vec<Excused>,
    /// Questions for the clerk without an answer.
    open: Vec<&'static str>,
}

#[derive(Serialize)]
struct Excused {
    question: &'static str,
    ground: &'static str,
}

impl Product for Photo {
    fn text(&self, _: Language) -> String {
        let Self { width, height, bytes, taken, .. } = self;
        let mut text = say!(
            "JPEG, {width} x {height} pixels, {bytes} bytes, taken {taken}: a program finds nothing wrong\n",
            "JPEG {width}×{height}ピクセル、{bytes}バイト、撮影日 {taken}: 自動検査に問題なし\n"
        );
        for excused in &self.exceptions {
            let (question, ground) = (excused.question, excused.ground);
            text.push_str(&say!("{question}: excused ({ground})\n", "{question}: 例外（{ground}）\n"));
        }
        if self.judged {
            text.push_str(&say!("the clerk found it fit\n", "職員の確認: 適\n"));
        } else {
            let open = self.open.join(", ");
            text.push_str(&say!("for the clerk to judge: {open}\n", "職員が確認すること: {open}\n"));
        }
        text
    }
}
