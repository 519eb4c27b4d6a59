use bench::{Answered, Conditions, KeptRun, Question, Reply, Run};

use crate::{RunError, RunStore, Runs};

/// A run under way: which question comes next, and what becomes of its answer.
///
/// To pause is not to call [`next`](Self::next). Whoever pauses for long gives the run back with [`Runs::close`].
#[derive(Debug)]
pub struct Drive {
    id: String,
    /// The run's questions in the order of asking, with their places in the data set.
    plan: Vec<(u32, Question)>,
    /// Answers that are in the log.
    n_answers: u32,
    /// A reply that could not be written: its question is not asked a second time.
    unwritten: Option<Reply>,
}

/// Why the next answer did not come.
#[derive(Debug, PartialEq, Eq)]
pub enum NoNext<E> {
    /// The question was not answered; it is still the next one.
    NotAnswered(E),
    /// The answer is here, but not in the log. The next call writes it first.
    NotKept(RunError),
}

impl Drive {
    /// Begins a run without a name, and keeps its header.
    ///
    /// # Errors
    /// As [`Runs::begin`].
    pub async fn begin<S: RunStore>(
        runs: &Runs<S>,
        id: &str,
        conditions: Conditions,
        plan: Vec<(u32, Question)>,
    ) -> Result<Self, RunError> {
        let run = Run { conditions, n_total: plan.len() as u32, answers: Vec::new() };
        runs.begin(&KeptRun { id: id.to_owned(), name: String::new(), run }).await?;
        Ok(Self { id: id.to_owned(), plan, n_answers: 0, unwritten: None })
    }

    /// Continues a run that was opened with [`Runs::open`], after its last answer.
    ///
    /// # Errors
    /// [`RunError::OtherQuestions`] if the run does not begin with the questions of `plan`, or has another number of them.
    pub fn resume(kept: &KeptRun, plan: Vec<(u32, Question)>) -> Result<Self, RunError> {
        let KeptRun { id, run, .. } = kept;
        let is_beginning =
            run.questions().eq(plan.iter().map(|(_, question)| question).take(run.answers.len()));
        if run.n_total as usize != plan.len() || !is_beginning {
            return Err(RunError::OtherQuestions);
        }
        Ok(Self { id: id.clone(), plan, n_answers: run.n_asked(), unwritten: None })
    }

    /// Names the run in its store.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Has the next question answered, appends the reply to the log and returns it scored; `None` after the last question. `answer` gets
    /// the question's place in the data set.
    ///
    /// # Errors
    /// [`NoNext`]; the run stays where it is, and a further call tries again.
    pub async fn next<S: RunStore, E>(
        &mut self,
        runs: &Runs<S>,
        answer: impl AsyncFnOnce(u32) -> Result<Reply, E>,
    ) -> Result<Option<Answered>, NoNext<E>> {
        let Some((place, question)) = self.plan.get(self.n_answers as usize) else { return Ok(None) };
        let reply = match self.unwritten.take() {
            Some(reply) => reply,
            None => answer(*place).await.map_err(NoNext::NotAnswered)?,
        };
        match runs.append(&self.id, self.n_answers, question, &reply).await {
            Ok(answered) => {
                self.n_answers += 1;
                Ok(Some(answered))
            }
            Err(error) => {
                self.unwritten = Some(reply);
                Err(NoNext::NotKept(error))
            }
        }
    }

    /// Whether every question has an answer in the log.
    pub const fn is_complete(&self) -> bool {
        self.n_answers as usize >= self.plan.len()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::MemoryStore;
    use crate::fixture::{conditions, plan, reply};

    /// A store that is full now and then.
    #[derive(Default)]
    struct Full {
        memory: MemoryStore,
        is_full: Cell<bool>,
        n_writes: Cell<u32>,
    }

    impl RunStore for Full {
        type Lock = ();

        const IS_ON_DISK: bool = true;

        async fn list(&self) -> Result<Vec<(String, u64)>, RunError> {
            self.memory.list().await
        }

        async fn read(&self, id: &str) -> Result<Option<Vec<u8>>, RunError> {
            self.memory.read(id).await
        }

        async fn lock(&self, _: &str) -> Result<(), RunError> {
            Ok(())
        }

        async fn write(&self, id: &str, at: u64, text: &str) -> Result<(), RunError> {
            if self.is_full.get() {
                // Half of it arrives.
                self.memory.write(id, at, &text[..text.len() / 2]).await?;
                return Err(RunError::NotWritten("the disk is full".into()));
            }
            self.n_writes.set(self.n_writes.get() + 1);
            self.memory.write(id, at, text).await
        }

        async fn remove(&self, id: &str) -> Result<(), RunError> {
            self.memory.remove(id).await
        }

        fn warn(&self, _: &str) {}
    }

    type Asked = Result<Option<Answered>, NoNext<&'static str>>;

    #[test]
    fn each_question_is_answered_once_written_once_and_told_once() {
        pollster::block_on(async {
            let runs = Runs::new(Full::default());
            let mut drive = Drive::begin(&runs, "r", conditions(), plan(5)).await.unwrap();
            let mut places = Vec::new();
            let mut told = Vec::new();
            while let Some(answered) = drive
                .next(&runs, async |place| {
                    places.push(place);
                    Ok::<_, &str>(reply())
                })
                .await
                .unwrap()
            {
                told.push(answered);
            }
            assert_eq!(places, [0, 10, 20, 30, 40], "a question is named by its place in the data set");
            assert!(drive.is_complete());
            let kept = runs.read("r", None).await.unwrap().run;
            assert_eq!(kept.answers, told);
            assert_eq!(runs.list().await.unwrap()[0].hits, 3);
            assert_eq!(runs.into_store().n_writes.get(), 6, "a header and five answers");
        });
    }

    #[test]
    fn a_question_that_was_not_answered_is_asked_again() {
        pollster::block_on(async {
            let runs = Runs::new(MemoryStore::default());
            let mut drive = Drive::begin(&runs, "r", conditions(), plan(2)).await.unwrap();
            let stopped: Asked = drive.next(&runs, async |_| Err("stopped")).await;
            assert_eq!(stopped, Err(NoNext::NotAnswered("stopped")));
            assert_eq!(runs.read("r", None).await.unwrap().run.answers, []);
            let answered: Asked = drive
                .next(&runs, async |place| {
                    assert_eq!(place, 0);
                    Ok(reply())
                })
                .await;
            assert_eq!(answered.unwrap().unwrap().question, plan(1)[0].1);
        });
    }

    #[test]
    fn an_answer_that_could_not_be_written_is_not_computed_twice() {
        pollster::block_on(async {
            let runs = Runs::new(Full::default());
            let mut drive = Drive::begin(&runs, "r", conditions(), plan(2)).await.unwrap();
            let mut store = runs.into_store();
            store.is_full = Cell::new(true);
            let runs = Runs::new(store);
            let full: Asked = drive.next(&runs, async |_| Ok(reply())).await;
            assert!(matches!(full, Err(NoNext::NotKept(RunError::NotWritten(_)))), "{full:?}");
            let mut store = runs.into_store();
            store.is_full = Cell::new(false);
            let runs = Runs::new(store);
            let written: Asked = drive.next(&runs, async |_| Err("asked again")).await;
            assert_eq!(written.unwrap().unwrap().reply, reply());
            let last: Asked = drive.next(&runs, async |_| Ok(reply())).await;
            assert!(last.unwrap().is_some() && drive.is_complete());
            let log = runs.open("r", None).await.unwrap();
            assert_eq!(
                (log.kept.run.answers.len(), log.n_damaged),
                (2, 0),
                "nothing of the half line is left"
            );
        });
    }

    #[test]
    fn a_run_continues_after_its_last_answer_and_only_with_its_own_questions() {
        pollster::block_on(async {
            let runs = Runs::new(MemoryStore::default());
            let mut drive = Drive::begin(&runs, "r", conditions(), plan(3)).await.unwrap();
            let first: Asked = drive.next(&runs, async |_| Ok(reply())).await;
            first.unwrap().unwrap();
            drop(drive);
            runs.close("r").await;

            let kept = runs.open("r", None).await.unwrap().kept;
            let mut others = plan(3);
            others[0].1.question.push('?');
            assert_eq!(Drive::resume(&kept, others).unwrap_err(), RunError::OtherQuestions);
            assert_eq!(Drive::resume(&kept, plan(4)).unwrap_err(), RunError::OtherQuestions);
            let mut drive = Drive::resume(&kept, plan(3)).unwrap();
            let second: Asked = drive
                .next(&runs, async |place| {
                    assert_eq!(place, 10);
                    Ok(reply())
                })
                .await;
            assert_eq!(second.unwrap().unwrap().question, plan(3)[1].1);
        });
    }
}
