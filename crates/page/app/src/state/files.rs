/// Names one file that the browser's half holds, for as long as the state mentions it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A file that a person chose. The state knows its name; the browser's half holds the file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenFile {
    /// Names it between the state and the browser's half.
    pub id: FileId,
    /// Its file name.
    pub name: String,
}
