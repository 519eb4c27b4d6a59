use super::*;
use crate::{Letter, QuestionError};

fn record(index: u32, options: &[&str], answer: char) -> Record {
    Record {
        question: Question {
            index: index.to_string(),
            question: "Which \"organ\"\tis outlined?".into(),
            options: options.iter().map(ToString::to_string).collect(),
            answer: Letter::try_from(answer).ok(),
            category: "spleen".into(),
            clinical_task: "Organ Recognition - Abdomen".into(),
            department: "Urology".into(),
            granularity: "Contour level".into(),
            modality: "CT".into(),
            original_task: "SEG_2D".into(),
        },
        image: Some("iVBORw0KGgo=".into()),
    }
}

fn read(text: &str) -> Vec<Result<Record, String>> {
    Reader::new(text.as_bytes()).unwrap().map(|row| row.map_err(|error| error.to_string())).collect()
}

#[test]
fn what_is_written_is_read_back() {
    let records =
        [record(0, &["liver", "spleen"], 'B'), record(1, &["a\tb", "c\nd", "\"e\"", "f", "g"], '?')];
    let text = write(&records);
    let header = "index\timage\tquestion\tA\tB\tC\tD\tE\tanswer\tcategory\tclinical VQA task\tdepartment\t\
                  perceptual granularity\tmodality\toriginal task\n";
    assert!(text.starts_with(header), "{text}");
    assert_eq!(read(&text), records.map(Ok));
}

#[test]
fn a_sixth_option_gets_a_column() {
    let records = [record(0, &["a", "b", "c", "d", "e", "f"], 'F')];
    let text = write(&records);
    assert!(text.contains("\tE\tF\tanswer"), "{text}");
    assert_eq!(read(&text), records.map(Ok));
}

#[test]
fn names_of_columns_are_read_as_vlmevalkit_reads_them() {
    let text = "\u{feff}Index\tQuestion\tA\tB\tClinical VQA Task\r\n7\tWhich?\tliver\tspleen\tBone\r\n";
    let rows = read(text);
    let row = rows[0].as_ref().unwrap();
    assert_eq!((row.question.index.as_str(), row.question.clinical_task.as_str()), ("7", "Bone"));
    assert_eq!((row.question.answer, &row.image), (None, &None), "columns that are not there are empty");
    // A small a is no option.
    let error = Reader::new("index\tquestion\ta\tb\n".as_bytes()).err().unwrap();
    assert!(matches!(error, TsvError::MissingColumn { column: "A", .. }), "{error}");
}

#[test]
fn another_kind_of_file_is_refused_by_name() {
    for text in ["", "{\"index\": 0}", "index,question,A,B\n0,x,y,z\n"] {
        let error = Reader::new(text.as_bytes()).err().unwrap().to_string();
        assert!(error.contains("has no column \"index\""), "{error}");
    }
}

#[test]
fn a_wrong_row_is_named_and_the_next_is_read() {
    let text = "index\tquestion\tA\tB\tC\tanswer\n\
                0\t\"two\nlines\"\tx\ty\t\tA\n\
                1\tshort\tx\n\
                2\tgap\tx\t\tz\tA\n\
                3\tno letter\tx\ty\tz\tAB\n\
                4\tnot an option\tx\ty\t\tC\n\
                5\tone option\tx\t\t\tA\n\
                6\tright\tx\ty\tz\t\n";
    let rows = read(text);
    let errors: Vec<String> = rows.iter().filter_map(|row| row.clone().err()).collect();
    assert_eq!(
        errors,
        [
            "row 2 (index \"1\", from line 4): it has 3 fields; expected 6, as many as the header",
            "row 3 (index \"2\", from line 5): option B is empty, but C is not; options must follow each other from A",
            "row 4 (index \"3\", from line 6): the answer is \"AB\"; expected one capital letter, or nothing if it is not \
             known",
            "row 5 (index \"4\", from line 7): the answer is C, but the question has only options A to B",
            "row 6 (index \"5\", from line 8): the question has 1 options; expected 2 to 26",
        ]
    );
    assert!(rows[0].is_ok() && rows[6].is_ok());
}

#[test]
fn bytes_that_are_no_text_are_an_error_of_their_row() {
    let text = b"index\tquestion\tA\tB\n0\tx\xff\ta\tb\n1\ty\ta\tb\n";
    let rows: Vec<_> = Reader::new(&text[..]).unwrap().collect();
    assert!(
        matches!(&rows[0], Err(TsvError::Row { row: 1, cause: RowError::NotUtf8 { column }, .. }) if column == "question")
    );
    assert!(rows[1].is_ok());
}

#[test]
fn a_question_that_cannot_be_asked_is_an_error_of_its_row() {
    let rows: Vec<_> = Reader::new("index\tquestion\tA\tB\n0\t\ta\tb\n".as_bytes()).unwrap().collect();
    assert!(matches!(rows[0], Err(TsvError::Row { cause: RowError::Question(QuestionError::NoText), .. })));
}

#[test]
fn a_source_that_fails_ends_the_reading() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    use std::io::Read as _;
    let source = "index\tquestion\tA\tB\n0\tx\ta\tb\n".as_bytes().chain(Broken);
    let rows: Vec<_> = Reader::new(source).unwrap().take(10).collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].is_ok() && rows[1].as_ref().unwrap_err().to_string().contains("the disk is gone"));
}
