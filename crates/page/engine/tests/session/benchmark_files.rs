//! Data sets in files: what is read of them, what is kept, and what a row that is wrong costs.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bench::data::plan;
use bench::tsv::{self, Record};
use bench::{DataSet, Extent, Letter, Question, Selection};
use cpu::Cpu;
use engine::MemorySource;
use model::backend::Backend;
use protocol::{BenchmarkData, Command, DataSource, Event, Failure};

use crate::backend::exact;
use crate::benchmark::{BLANK, FEW, SHOWN, asked};
use crate::commands::Attachment;
use crate::counting::Counting;
use crate::files::{Pair, bmp, read};
use crate::host::StopAt;
use crate::talk::Talk;

type FileTalk<B> = Talk<B, Vec<Counting>>;

const IMAGES: [&str; 4] =
    ["images/even.png", "images/tall.png", "imaging/tiny.png", "imaging/formats/baseline.jpg"];

fn image(row: usize) -> Vec<u8> {
    read(&format!("tests/golden/{}", IMAGES[row % IMAGES.len()]))
}

fn question(row: usize) -> Question {
    Question {
        index: (100 + row).to_string(),
        question: format!("What does picture {row} show?\nLook \"well\"."),
        options: ["a limb", "an eye\tor two", "blood"][..2 + row % 2].iter().map(|s| (*s).into()).collect(),
        answer: Letter::of(row % 2),
        category: format!("label {}", row / 2),
        clinical_task: "Bone".into(),
        granularity: "Image level".into(),
        ..Question::default()
    }
}

fn record(row: usize) -> Record {
    Record { question: question(row), image: Some(BASE64_STANDARD.encode(image(row))) }
}

const N: usize = 9;

fn table(change: impl Fn(usize, &mut Record)) -> Vec<u8> {
    let rows = (0..N).map(|row| {
        let mut record = record(row);
        change(row, &mut record);
        record
    });
    tsv::write(&rows.collect::<Vec<_>>()).into_bytes()
}

fn sound() -> Vec<u8> {
    table(|_, _| {})
}

fn file(bytes: Vec<u8>) -> Counting {
    Counting { version: Some("1"), ..Counting::new(MemorySource::new("own.tsv", bytes)) }
}

const ALL: Selection = Selection { seed: 5, extent: Extent::All };

/// What `BenchmarkOpened` brought.
struct Opened {
    data: DataSet,
    questions: Vec<Question>,
    fingerprint: String,
    /// Rows with what is wrong.
    problems: Vec<(u64, String)>,
    /// Bytes read, length, rows.
    indexing: Vec<(u64, u64, u32)>,
}

impl<B: Backend> FileTalk<B> {
    fn try_open(&mut self, files: Vec<Counting>, selection: Selection) -> Result<Opened, Failure> {
        let source = DataSource::Picked { name: "own.tsv".into() };
        let data = BenchmarkData::File { source, selection };
        let mut events = self.send(|job| Command::OpenBenchmark { job, data }, Attachment::Files(files));
        let last = events.pop();
        let indexing = events.into_iter().map(|event| match event {
            Event::BenchmarkIndexing { bytes_done, bytes_total, n_rows, .. } => {
                (bytes_done, bytes_total, n_rows)
            }
            other => panic!("{other:?}"),
        });
        let indexing = indexing.collect();
        match last {
            Some(Event::BenchmarkOpened { data, questions, fingerprint, problems, n_problems, .. }) => {
                assert_eq!(problems.len(), n_problems as usize);
                let problems = problems.into_iter().map(|p| (p.row, p.message)).collect();
                Ok(Opened { data, questions, fingerprint, problems, indexing })
            }
            Some(Event::Failed { failure, .. }) => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    fn open_file(&mut self, file: &Counting) -> Opened {
        self.try_open(vec![file.clone()], ALL).unwrap()
    }
}

fn with_model() -> FileTalk<Cpu> {
    let mut talk = FileTalk::new(exact());
    talk.load(Pair::tied().sources().into_iter().map(Counting::new).collect()).unwrap();
    talk
}

fn row_of(question: &Question) -> usize {
    question.index.parse::<usize>().unwrap() - 100
}

#[test]
fn a_files_questions_come_in_the_order_of_the_plan() {
    let questions: Vec<_> = (0..N).map(question).collect();
    let mut talk = FileTalk::new(exact());
    let mut beginnings = Vec::new();
    for selection in [ALL, Selection { seed: 6, ..ALL }, Selection { extent: Extent::OnePerCell, ..ALL }] {
        let opened = talk.try_open(vec![file(sound())], selection).unwrap();
        let expected: Vec<_> =
            plan(&questions, selection).iter().map(|at| questions[*at as usize].clone()).collect();
        assert_eq!(opened.questions, expected);
        assert_eq!(opened.fingerprint, bench::fingerprint(&expected));
        assert_eq!(opened.data, DataSet::File { name: "own.tsv".into(), n_questions: N as u32, n_val: 0 });
        assert_eq!(opened.problems, []);
        beginnings.push(opened.fingerprint);
    }
    beginnings.dedup();
    assert_eq!(beginnings.len(), 3, "two of the orders are one, so nothing was compared");
}

#[test]
fn of_an_image_its_own_bytes_are_read_and_nothing_else() {
    let bytes = sound();
    let file = file(bytes.clone());
    let mut talk = FileTalk::new(exact());
    let opened = talk.open_file(&file);
    assert_eq!(file.n_read(), bytes.len() as u64, "the file is read once");
    for (number, question) in (0..).zip(&opened.questions) {
        file.reads.borrow_mut().clear();
        let row = row_of(question);
        let shown = talk.try_picture(number).unwrap();
        let reads = file.reads.borrow();
        let [range] = reads.as_slice() else { panic!("{reads:?}") };
        let read = &bytes[range.start as usize..range.end as usize];
        assert_eq!(read, BASE64_STANDARD.encode(image(row)).as_bytes(), "row {row}");
        let decoded = imaging::decode(&image(row)).unwrap().pixels;
        let picture = imaging::decode(&shown).unwrap().pixels;
        assert!(picture == decoded, "row {row} shows another picture");
    }
}

#[test]
fn a_reply_is_what_an_ordinary_question_about_that_image_is_answered() {
    let mut talk = with_model();
    let opened = talk.open_file(&file(sound()));
    let mut texts = Vec::new();
    for number in [0, 4] {
        let question = opened.questions[number as usize].clone();
        let reply = talk.reply(number, SHOWN);
        let file = image(row_of(&question));
        let expected = asked(&mut talk, &question, file.clone());
        assert_eq!((reply.text.clone(), reply.n_answer_tokens, reply.is_truncated), expected);
        let blank = talk.reply(number, BLANK);
        let size = imaging::decode(&file).unwrap().pixels;
        let grey = asked(&mut talk, &question, bmp(size.width(), size.height()));
        assert_eq!((blank.text.clone(), blank.n_answer_tokens, blank.is_truncated), grey);
        assert_eq!(blank.n_visual_tokens, reply.n_visual_tokens);
        texts.extend([reply.text, blank.text]);
    }
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 2, "the pictures make no difference, so nothing was compared: {texts:?}");
}

#[test]
fn an_index_is_kept_and_recalled_while_the_file_is_the_same() {
    let bytes = sound();
    let mut talk = FileTalk::new(exact());
    let first = talk.open_file(&file(bytes.clone()));
    assert_eq!(talk.host.kept.borrow().len(), 1);
    let again = file(bytes.clone());
    let second = talk.open_file(&again);
    assert_eq!(again.n_read(), 0, "the file was read again");
    assert_eq!((second.questions, second.fingerprint), (first.questions, first.fingerprint));
    assert!(!first.indexing.is_empty() && second.indexing.is_empty());
    talk.try_picture(0).unwrap();

    let later = Counting { version: Some("2"), ..file(bytes.clone()) };
    talk.open_file(&later);
    assert_eq!((later.n_read(), talk.host.kept.borrow().len()), (bytes.len() as u64, 2));
    // Torn, or of another version of this program.
    talk.host.kept.borrow_mut().values_mut().for_each(|kept| kept.truncate(40));
    talk.open_file(&later);
    assert_eq!(later.n_read(), 2 * bytes.len() as u64);
    // What cannot be told from its successor is not kept.
    let nameless = Counting { version: None, ..file(bytes) };
    talk.open_file(&nameless);
    assert_eq!(talk.host.kept.borrow().len(), 2);
}

#[test]
fn a_long_file_is_read_once_in_small_steps_and_told_of() {
    let bytes = table(|row, record| {
        if row == 3 {
            record.image = Some("A".repeat(9 << 20));
        }
    });
    let file = file(bytes.clone());
    let mut talk = with_model();
    let opened = talk.open_file(&file);
    let reads = file.reads.take();
    let mut at = 0;
    for range in &reads {
        assert_eq!(range.start, at);
        at = range.end;
        assert!(range.end - range.start <= 4 << 20);
    }
    assert_eq!((at, reads.len()), (bytes.len() as u64, 3));
    assert!(opened.indexing.is_sorted() && opened.indexing.len() > 2, "{:?}", opened.indexing);
    let n = bytes.len() as u64;
    assert_eq!(opened.indexing.first(), Some(&(0, n, 0)));
    assert_eq!(opened.indexing.last(), Some(&(n, n, N as u32)));
    // Nine megabytes of zeros are no picture, and its neighbours are not touched by that.
    let number = opened.questions.iter().position(|q| row_of(q) == 3).unwrap();
    let error = talk.reply(number as u32, SHOWN).error.unwrap();
    assert!(error.starts_with("row 4 (index \"103\"): "), "{error}");
}

#[test]
fn a_wrong_image_is_told_in_the_reply_and_the_others_are_answered() {
    let bytes = table(|row, record| match row {
        2 => record.image = Some("*not base64*".into()),
        5 => record.image = Some(BASE64_STANDARD.encode(b"%PDF-1.7 no picture")),
        7 => record.image = Some(BASE64_STANDARD.encode(&image(7)[..300])),
        _ => {}
    });
    let mut talk = with_model();
    let opened = talk.open_file(&file(bytes));
    assert_eq!(opened.questions.len(), N);
    let mut whole = with_model();
    whole.open_file(&file(sound()));
    for (number, question) in (0..).zip(&opened.questions) {
        let row = row_of(question);
        let reply = talk.reply(number, SHOWN);
        let says = match row {
            2 => "the image is not base64",
            5 => "a PDF document",
            7 => "damaged or incomplete",
            _ => {
                assert_eq!((&reply.error, reply.text), (&None, whole.reply(number, SHOWN).text));
                continue;
            }
        };
        let error = reply.error.unwrap();
        let row_and_index = format!("row {} (index \"{}\"): ", row + 1, question.index);
        assert!(error.starts_with(&row_and_index) && error.contains(says), "{error}");
        assert_eq!(reply.text, "");
        let failure = talk.try_picture(number).unwrap_err();
        assert_eq!(failure.message, error);
    }
}

#[test]
fn rows_that_cannot_be_asked_are_told_with_the_set() {
    let bytes = table(|row, record| match row {
        1 => record.question.index = "100".into(),
        4 => record.question.question = String::new(),
        _ => {}
    });
    let opened = FileTalk::new(exact()).open_file(&file(bytes));
    assert_eq!(opened.questions.len(), N - 2);
    assert_eq!(opened.problems.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 5]);
    assert!(opened.problems.iter().all(|(_, message)| !message.is_empty()));
}

#[test]
fn questions_without_an_answer_are_answered() {
    let mut talk = with_model();
    let opened = talk.open_file(&file(table(|_, record| record.question.answer = None)));
    assert!(opened.questions.iter().all(|question| question.answer.is_none()));
    let reply = talk.reply(1, SHOWN);
    assert_eq!(reply.error, None);
    assert!(!reply.text.is_empty());
}

#[test]
fn json_lines_are_read_too() {
    let lines: Vec<String> = (0..N)
        .map(|row| {
            let Record { question, image } = record(row);
            let mut line = serde_json::json!({
                "index": row + 100, "question": question.question, "image": image,
                "answer": question.answer, "category": question.category,
                "clinical VQA task": question.clinical_task, "perceptual granularity": question.granularity,
            });
            for (letter, option) in question.letters().zip(&question.options) {
                line[letter.to_string()] = option.as_str().into();
            }
            line.to_string()
        })
        .collect();
    let mut talk = with_model();
    let tab_separated = talk.open_file(&file(sound()));
    let reply = talk.reply(3, SHOWN);
    let lines = Counting::new(MemorySource::new("own.jsonl", lines.join("\n").into_bytes()));
    let opened = talk.open_file(&lines);
    assert_eq!(opened.questions, tab_separated.questions);
    assert_eq!(talk.reply(3, SHOWN).text, reply.text);
}

#[test]
fn an_opening_that_fails_leaves_the_set_before_it() {
    let mut talk = FileTalk::new(exact());
    let n_open = talk.open_benchmark(FEW).len();
    let too_far = n_open as u32 - 1;
    let refused = |talk: &mut FileTalk<Cpu>, files: Vec<Counting>, says: &str| {
        let failure = talk.try_open(files, ALL).err().unwrap();
        assert!(failure.message.contains(says) && !failure.remedy.is_empty(), "{failure:?}");
        assert!(N < n_open && talk.try_picture(too_far).is_ok(), "the set before is gone");
    };
    refused(&mut talk, vec![], "A data set is one file; 0 came.");
    refused(&mut talk, vec![file(sound()), file(sound())], "2 came");
    refused(&mut talk, vec![file(Vec::new())], "own.tsv: the file is empty");
    refused(&mut talk, vec![file(b"name\tage\nx\t3\n".to_vec())], "own.tsv: the file has no column");
    let broken = file(sound());
    broken.breaks_at.replace(Some(0));
    refused(&mut talk, vec![broken], "The data set could not be read: own.tsv: the connection was lost.");
    for at in [StopAt::Beginning, StopAt::Breath(1), StopAt::Breath(2)] {
        talk.stop_next(at);
        refused(&mut talk, vec![file(sound())], "It was stopped before its end.");
    }
    assert_eq!(talk.host.kept.borrow().len(), 0);
    talk.open_file(&file(sound()));
    assert!(talk.try_picture(too_far).is_err());
}

/// The run pauses then: another question could not be answered either.
#[test]
fn a_file_that_is_gone_fails_the_command() {
    let mut talk = with_model();
    let source = file(sound());
    talk.open_file(&source);
    let expected = talk.reply(2, SHOWN).text;
    source.breaks_at.replace(Some(1));
    let failure = talk.try_reply(2, SHOWN).unwrap_err();
    assert_eq!(failure.message, "The data set could not be read: own.tsv: the connection was lost.");
    assert!(failure.remedy.contains("choose it again"));
    assert!(talk.try_picture(2).is_err());
    source.breaks_at.replace(None);
    assert_eq!(talk.reply(2, SHOWN).text, expected);
}
