//! Several commands in one transaction: whatever waits shares one COMMIT. There are no savepoints, each would cost two more round trips: where
//! one command stumbles the whole group is rolled back, nobody has been answered, and each runs again alone.

use super::worker::{Committed, Worker};
use crate::audit::seal::Entry;
use crate::command::{Attempt, Command, Done};
use crate::statistics::count;
use crate::trouble::WriteTrouble;

impl Worker {
    /// Runs a group and answers it, and leaves in `commands` what is to be run again alone; with that, why it is not known whether the group was
    /// committed, if it is not.
    pub(super) fn step_group(&mut self, commands: &mut Vec<Command>) -> Option<String> {
        let Some((answers, entries)) = self.try_group(commands) else {
            self.lose_group();
            return None;
        };
        match self.send_commit(&entries) {
            Committed::Yes => {
                count(&self.core.counters.groups);
                for (command, done) in commands.drain(..).zip(answers) {
                    let answer = Ok(done);
                    self.counted(&answer);
                    command.answer(answer);
                }
                None
            }
            Committed::Unknown(words) => {
                self.session = None;
                count(&self.core.counters.lost_groups);
                Some(words)
            }
            Committed::Conflict | Committed::No(_) => {
                self.lose_group();
                None
            }
        }
    }

    /// Everything done and nothing committed yet; `None` as soon as one command is not done.
    fn try_group(&mut self, commands: &[Command]) -> Option<(Vec<Done>, Vec<Entry>)> {
        self.connect().ok()?;
        let session = self.session.as_mut()?;
        session.control("BEGIN").ok()?;
        let (mut answers, mut entries) = (Vec::with_capacity(commands.len()), Vec::with_capacity(commands.len()));
        for command in commands {
            let (attempt, inconsistent) = command.attempt(session, &self.limit, self.core.options.write_limit);
            self.core.quarantine.record(inconsistent);
            match attempt {
                Attempt::Done(done, entry) => {
                    answers.push(done);
                    entries.push(entry);
                }
                Attempt::Failed(WriteTrouble::Panicked(_)) => {
                    // It may have panicked inside the client, in the middle of a message.
                    self.session = None;
                    return None;
                }
                Attempt::Repeated | Attempt::Failed(_) => return None,
            }
        }
        Some((answers, entries))
    }

    /// Rolls back; where even that fails the connection is given up, and with it the transaction.
    fn lose_group(&mut self) {
        count(&self.core.counters.lost_groups);
        if self.session.as_mut().is_some_and(|session| session.control("ROLLBACK").is_err()) {
            self.session = None;
        }
    }
}
