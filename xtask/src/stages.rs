//! Stages run one after the other; each is timed, the first that fails stops the run and says how to repeat it.

use std::time::{Duration, Instant};

use crate::outcome::{Failure, Outcome, Tally};
use crate::postgres::Cluster;
use crate::repository::Repository;

/// One step of a run.
pub(crate) struct Stage {
    /// As `--only` takes it.
    pub(crate) name: &'static str,
    /// Which of the cold budgets it counts against.
    pub(crate) budget: Budget,
    pub(crate) run: fn(&mut Workshop) -> Outcome,
}

/// The cold budgets of the architecture's ground rules: what each group of stages may take on a machine that has nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    /// Installing what the tests need.
    Install,
    /// The looks that need no program to run, and the one build for tests.
    Build,
    /// Running all tests, browser and crash runs among them.
    Tests,
    /// The release build and the README's first command.
    Demonstration,
}

impl Budget {
    const ALL: [Budget; 4] = [Budget::Install, Budget::Build, Budget::Tests, Budget::Demonstration];

    fn words(self) -> &'static str {
        match self {
            Budget::Install => "install",
            Budget::Build => "look and build",
            Budget::Tests => "tests",
            Budget::Demonstration => "release and demonstration",
        }
    }

    fn most(self) -> Duration {
        let minutes = match self {
            Budget::Install => 5,
            Budget::Build => 8,
            Budget::Tests => 20,
            Budget::Demonstration => 15,
        };
        Duration::from_secs(minutes * 60)
    }
}

/// What stages share.
pub(crate) struct Workshop {
    pub(crate) repository: Repository,
    postgres: Option<Cluster>,
}

impl Workshop {
    pub(crate) fn new(repository: Repository) -> Workshop {
        Workshop { repository, postgres: None }
    }

    /// The address of the throwaway PostgreSQL; the first who asks starts it.
    pub(crate) fn postgres(&mut self) -> Result<String, Failure> {
        if let Some(cluster) = &self.postgres {
            return Ok(cluster.address());
        }
        let cluster = Cluster::start(&self.repository.target)?;
        let address = cluster.address();
        self.postgres = Some(cluster);
        Ok(address)
    }
}

/// What a whole run came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) tally: Tally,
    pub(crate) failure: Option<Failure>,
    seconds: Vec<(&'static str, Budget, Duration)>,
}

/// Runs the stages, or only the named one. `verb` is what the person typed, for the command that repeats a failure.
pub(crate) fn run(verb: &str, stages: &[Stage], only: Option<&str>, workshop: &mut Workshop) -> Report {
    let mut report = Report::default();
    let wanted: Vec<&Stage> = stages.iter().filter(|stage| only.is_none_or(|name| name == stage.name)).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
        let what = format!("cargo xtask {verb} has no stage {:?}; its stages are {}", only.unwrap_or_default(), names.join(", "));
        report.failure = Some(Failure::WrongUse(what));
        return report;
    }
    for stage in wanted {
        println!("\n== {} ==", stage.name);
        let begin = Instant::now();
        let outcome = (stage.run)(workshop);
        let took = begin.elapsed();
        report.seconds.push((stage.name, stage.budget, took));
        report.tally.add(outcome.tally);
        println!("== {}: {:.1} s ==", stage.name, took.as_secs_f64());
        if let Some(failure) = outcome.failure {
            eprintln!("\nstage {} failed: {failure}\nrepeat it with: cargo xtask {verb} --only {}", stage.name, stage.name);
            report.failure = Some(failure);
            break;
        }
    }
    report
}

impl Report {
    /// Seconds per stage and, with `budgets`, what each group took of its cold budget.
    pub(crate) fn print_seconds(&self, budgets: bool) {
        println!("\nseconds per stage");
        for (name, _, took) in &self.seconds {
            println!("  {name:<16} {:>7.1}", took.as_secs_f64());
        }
        if budgets {
            Budget::ALL.iter().for_each(|budget| println!("  {}", self.budget_line(*budget)));
        }
    }

    fn budget_line(&self, budget: Budget) -> String {
        let took: Duration = self.seconds.iter().filter(|(_, of, _)| *of == budget).map(|(_, _, took)| *took).sum();
        let over = if took > budget.most() { " OVER ITS COLD BUDGET" } else { "" };
        format!("{}: {:.0} of {} s{over}", budget.words(), took.as_secs_f64(), budget.most().as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workshop() -> Workshop {
        Workshop::new(Repository { root: "r".into(), target: "t".into(), packages: Vec::new() })
    }

    fn passes(_: &mut Workshop) -> Outcome {
        Outcome::counted(Tally { passed: 2, failed: 0, skipped: 0 }, "tests")
    }

    fn fails(_: &mut Workshop) -> Outcome {
        Outcome::counted(Tally { passed: 1, failed: 1, skipped: 0 }, "tests")
    }

    const STAGES: &[Stage] = &[
        Stage { name: "first", budget: Budget::Build, run: passes },
        Stage { name: "second", budget: Budget::Tests, run: fails },
        Stage { name: "third", budget: Budget::Tests, run: passes },
    ];

    #[test]
    fn the_first_failure_stops_the_run_and_all_tests_so_far_are_counted() {
        let report = run("test", STAGES, None, &mut workshop());
        assert_eq!(report.tally, Tally { passed: 3, failed: 1, skipped: 0 });
        assert_eq!(report.failure, Some(Failure::DoesNotHold("1 of the tests failed".into())));
        assert_eq!(report.seconds.len(), 2, "the third stage must not have run");
    }

    #[test]
    fn one_stage_alone_can_be_repeated() {
        let report = run("test", STAGES, Some("third"), &mut workshop());
        assert_eq!((report.tally.passed, report.failure), (2, None));
    }

    #[test]
    fn an_unknown_stage_is_wrong_use_and_the_known_ones_are_named() {
        let failure = run("test", STAGES, Some("fourth"), &mut workshop()).failure.unwrap();
        assert_eq!(failure.exit_code(), 2);
        assert!(failure.to_string().ends_with("its stages are first, second, third"), "{failure}");
    }

    #[test]
    fn a_group_over_its_budget_says_so() {
        let mut report = Report::default();
        report.seconds.push(("build", Budget::Build, Duration::from_secs(481)));
        report.seconds.push(("tests", Budget::Tests, Duration::from_secs(60)));
        assert_eq!(report.budget_line(Budget::Build), "look and build: 481 of 480 s OVER ITS COLD BUDGET");
        assert_eq!(report.budget_line(Budget::Tests), "tests: 60 of 1200 s");
    }
}
