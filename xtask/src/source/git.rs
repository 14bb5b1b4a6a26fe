//! A kernel in a git clone: the installed `git` lists a revision and hands out its blobs, without a checkout.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use super::gather::{self, Batch, Scan, Sender};
use super::links;
use super::progress::Progress;
use super::{LARGEST, Origin, SRC, Selection, Tree, Want, check_kernel, is_kernel_makefile, join};
use crate::diagnostic::{Diagnostic, Result, Sink};

#[derive(Debug)]
pub(super) struct Git {
    repository: String,
    commit: String,
    name: String,
}

/// A file or link of the revision.
struct Blob<'a> {
    id: &'a str,
    target: Option<Arc<str>>,
}

/// The ids that the processes still have to ask for.
type Queue<'a> = Mutex<std::vec::IntoIter<&'a str>>;

type Content<'a> = io::Take<&'a mut BufReader<ChildStdout>>;

impl Git {
    pub(super) fn open(repository: &str, revision: &str) -> Result<Self> {
        let name = format!("{repository}@{revision}");
        let error = |code, message: String, help: &str| Box::new(Diagnostic::error(code, message).help(help));
        if !Path::new(repository).is_dir() {
            return Err(error("no-such-source", format!("there is no git repository at `{repository}`"), SRC));
        }
        let mut git = Git { repository: repository.to_string(), commit: String::new(), name };
        git.run(&["rev-parse", "--git-dir"]).map_err(|said| {
            let (first, more) = said.split_once('\n').unwrap_or((&said, SRC));
            error("not-a-repository", format!("git cannot read `{repository}`: {first}"), more.trim())
        })?;
        let commit = format!("{revision}^{{commit}}");
        let found = match revision {
            "" => Err("no revision is given".to_string()),
            _ if revision.starts_with('-') => Err("no revision starts with `-`".to_string()),
            _ => git.run(&["rev-parse", "--quiet", "--verify", &commit]),
        };
        let found = found.map_err(|said| {
            let help =
                format!("`git -C {repository} tag` lists what there is, `git -C {repository} fetch --tags` gets more");
            let said = if said.is_empty() { said } else { format!(": {said}") };
            error("no-such-revision", format!("`{repository}` has no revision `{revision}`{said}"), &help)
        })?;
        git.commit = String::from_utf8_lossy(&found).trim().to_string();

        let failed = |said: String| git.failed(&said);
        let marks = ["Makefile", "arch", "include/uapi"];
        let listed = git.run(&[&["ls-tree", "-z", "--full-tree", &git.commit], &marks[..]].concat()).map_err(failed)?;
        let entries: Vec<_> = entries(&listed).collect();
        let makefile = match entries.iter().find(|entry| entry.path == "Makefile") {
            Some(entry) => is_kernel_makefile(&git.run(&["cat-file", "blob", entry.id]).map_err(failed)?),
            None => false,
        };
        check_kernel(&git.name, makefile, entries.iter().any(|entry| entry.path != "Makefile"))?;
        Ok(git)
    }

    pub(super) fn read<T: Send>(
        &self,
        selection: &Selection,
        scan: Scan<T>,
        progress: &Progress,
        sink: &Sink,
    ) -> Result<Tree<T>> {
        let listed =
            self.run(&["ls-tree", "-r", "-z", "--full-tree", &self.commit]).map_err(|said| self.failed(&said))?;
        let blobs = self.blobs(&listed)?;
        let look = |path: &str| links::look_up(&blobs, path, |blob| blob.target.as_ref());
        let mut all_links = BTreeMap::new();
        let mut ids = Vec::new();
        let mut wanted: HashMap<&str, Vec<(Arc<str>, Want)>> = HashMap::new();
        for (path, blob) in &blobs {
            if let Some(target) = blob.target.as_ref().filter(|_| selection.reaches(path)) {
                all_links.insert(path.clone(), target.clone());
            }
            let want = selection.of(path);
            if want == Want::No {
                continue;
            }
            let real = match &blob.target {
                Some(_) => links::follow(path, look, sink).and_then(|real| blobs.get(real.as_str())),
                None => Some(blob),
            };
            if let Some(Blob { id, .. }) = real {
                let paths = wanted.entry(id).or_default();
                if paths.is_empty() {
                    ids.push(*id);
                }
                paths.push((path.clone(), want));
            }
        }

        let bar = progress.files(&self.name, ids.len());
        let queue = Mutex::new(ids.into_iter());
        let processes = thread::available_parallelism().map_or(1, usize::from).min(4);
        let read = |sender: Sender| {
            let mut batch = Batch::default();
            self.cat(&queue, &mut |id, content| {
                let start = batch.bytes.len();
                content.read_to_end(&mut batch.bytes).map_err(|cause| self.failed(&cause.to_string()))?;
                for (path, want) in wanted.get(id).into_iter().flatten() {
                    batch.add(path.clone(), 0, *want, start);
                }
                bar.add(1);
                sender.send_if_full(&mut batch)
            })?;
            sender.send(&mut batch)
        };
        let rows = thread::scope(|scope| {
            let (sender, batches) = gather::channel();
            let readers = std::iter::repeat_n(sender, processes);
            let readers: Vec<_> = readers.map(|sender| scope.spawn(|| read(sender))).collect();
            let rows = gather::gather(batches, scan);
            readers.into_iter().try_for_each(join).map(|()| rows)
        })?;
        Ok(Tree::new(rows, all_links, Origin::Git { commit: self.commit.clone() }))
    }

    /// All files and links of the revision. A link's target is the content of its blob.
    fn blobs<'a>(&self, listed: &'a [u8]) -> Result<BTreeMap<Arc<str>, Blob<'a>>> {
        let links: Vec<&str> = entries(listed).filter(|entry| entry.mode == "120000").map(|entry| entry.id).collect();
        let mut targets: HashMap<String, Arc<str>> = HashMap::new();
        self.cat(&Mutex::new(links.into_iter()), &mut |id, content| {
            let mut target = Vec::new();
            content.read_to_end(&mut target).map_err(|cause| self.failed(&cause.to_string()))?;
            targets.insert(id.to_string(), String::from_utf8_lossy(&target).into());
            Ok(())
        })?;
        let files = entries(listed).filter(|entry| entry.mode.starts_with("1") && entry.mode != "160000");
        let blob = |Listed { mode, id, path }| {
            let target = (mode == "120000").then(|| targets.get(id).cloned()).flatten();
            (Arc::from(path), Blob { id, target })
        };
        Ok(files.map(blob).collect())
    }

    /// Runs one `git cat-file` that takes ids off the queue until it is empty, and shows each blob.
    fn cat(&self, queue: &Queue, visit: &mut dyn FnMut(&str, &mut Content) -> Result<()>) -> Result<()> {
        let mut command = self.command();
        command.args(["cat-file", "--batch", "--buffer"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|cause| self.failed(&not_started(&cause)))?;
        let (Some(stdin), Some(stdout), Some(mut stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(self.failed("it has no pipes"));
        };
        thread::scope(|scope| {
            // Each pipe has a thread of its own, so none can fill up while another is waited for.
            scope.spawn(move || feed(stdin, queue));
            let said = scope.spawn(move || {
                let mut said = Vec::new();
                stderr.read_to_end(&mut said).map_or(String::new(), |_| plain(&said))
            });
            let shown = self.show(stdout, visit);
            let status = child.wait();
            let said = join(said);
            match (shown?, status) {
                (true, Ok(status)) if status.success() => Ok(()),
                _ => Err(self.failed(&said)),
            }
        })
    }

    /// Shows each blob that `git cat-file` writes. False if it stops within one.
    fn show(&self, stdout: ChildStdout, visit: &mut dyn FnMut(&str, &mut Content) -> Result<()>) -> Result<bool> {
        let mut stdout = BufReader::with_capacity(128 << 10, stdout);
        let mut line = Vec::new();
        loop {
            line.clear();
            stdout.read_until(b'\n', &mut line).map_err(|cause| self.failed(&cause.to_string()))?;
            let said = String::from_utf8_lossy(&line);
            let mut words = said.split_ascii_whitespace();
            let (id, size) = match (words.next(), words.next(), words.next().map(str::parse::<u64>)) {
                (None, ..) => return Ok(true),
                (Some(id), Some("blob"), Some(Ok(size))) => (id, size),
                (Some(id), ..) => {
                    let message = format!("`{}` lacks the object {id} of revision {}", self.name, self.commit);
                    return Err(Box::new(Diagnostic { message, ..*self.failed("") }));
                }
            };
            if size > LARGEST {
                return Err(super::too_large(id, &self.name));
            }
            let mut content = stdout.by_ref().take(size);
            visit(id, &mut content)?;
            let mut end = [0];
            if content.limit() > 0 || stdout.read_exact(&mut end).is_err() {
                return Ok(false);
            }
        }
    }

    /// Runs git to its end. The error is what it says on stderr.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self.command().args(arguments).output().map_err(|cause| not_started(&cause))?;
        if output.status.success() { Ok(output.stdout) } else { Err(plain(&output.stderr)) }
    }

    /// `git` for this repository alone: nothing in the environment (as in a hook) leads it elsewhere, its messages are
    /// not translated, and it fetches nothing.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.repository).stdin(Stdio::null());
        for variable in [
            "GIT_DIR",
            "GIT_COMMON_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_OBJECT_DIRECTORY",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES",
            "GIT_NAMESPACE",
            "GIT_PREFIX",
            "GIT_SHALLOW_FILE",
            "GIT_GRAFT_FILE",
            "GIT_REPLACE_REF_BASE",
            "GIT_CEILING_DIRECTORIES",
        ] {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
        command
    }

    fn failed(&self, said: &str) -> Box<Diagnostic> {
        let help = format!("the clone may be partial or damaged: `git -C {} fsck` tests it", self.repository);
        Box::new(Diagnostic::error("git", format!("git cannot read `{}`: {said}", self.name)).help(help))
    }
}

/// One line of `git ls-tree -z`.
struct Listed<'a> {
    mode: &'a str,
    id: &'a str,
    path: &'a str,
}

/// The entries with a UTF-8 name; no file of a kernel has another.
fn entries(listed: &[u8]) -> impl Iterator<Item = Listed<'_>> {
    listed.split(|&byte| byte == 0).filter_map(|line| {
        let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
        let mut words = head.split(' ');
        Some(Listed { mode: words.next()?, id: words.nth(1)?, path })
    })
}

/// Writes ids until the queue is empty or git hangs up.
fn feed(mut stdin: ChildStdin, queue: &Queue) {
    loop {
        let ids: String = {
            let mut queue = queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            queue.by_ref().take(64).flat_map(|id| [id, "\n"]).collect()
        };
        if ids.is_empty() || stdin.write_all(ids.as_bytes()).is_err() {
            return;
        }
    }
}

fn not_started(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "the program `git` is not installed".to_string(),
        _ => format!("the program `git` cannot be run: {cause}"),
    }
}

/// What git said, without the words before it.
fn plain(stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    let said = said.trim();
    said.strip_prefix("fatal: ").or(said.strip_prefix("error: ")).unwrap_or(said).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::Kernel;
    use super::super::tests::{Planted, error_of, read, show};
    use super::*;

    fn git(directory: &Path, arguments: &[&str]) {
        let repository = directory.to_str().unwrap().to_string();
        let git = Git { repository, commit: String::new(), name: String::new() };
        git.run(arguments).unwrap();
    }

    fn commit(planted: &Planted) {
        let root = planted.path("");
        let who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgSign=false"];
        git(&root, &["init", "--quiet"]);
        git(&root, &["add", "--all", "--force"]);
        git(&root, &[&who[..], &["commit", "--quiet", "--message", "all"]].concat());
        git(&root, &["tag", "v6.12"]);
    }

    #[test]
    fn a_revision_gives_the_same_tree_as_its_directory() {
        let planted = Planted::rich();
        let expected = show(&read(&planted.spec("")).unwrap());
        commit(&planted);
        let from_revision = read(&planted.spec("@v6.12")).unwrap();
        assert_eq!(show(&from_revision), expected);
        assert!(matches!(&from_revision.0.origin, Origin::Git { commit } if commit.len() == 40));
        assert_eq!(show(&read(&planted.spec("fs@HEAD")).unwrap()), expected);
        // A git folder among the files changes nothing.
        assert_eq!(show(&read(&planted.spec("")).unwrap()), expected);

        let bare = Planted::empty();
        git(&planted.path(""), &["clone", "--quiet", "--bare", ".", &bare.spec("linux.git")]);
        assert_eq!(show(&read(&bare.spec("linux.git@v6.12^0")).unwrap()), expected);
        assert_eq!(Kernel::open(&bare.spec("linux.git@v6.12")).unwrap().describe(), bare.spec("linux.git@v6.12"));
        let help = error_of(&bare.spec("linux.git")).help.unwrap_or_default();
        assert!(help.ends_with("linux.git@REV`"), "{help}");
    }

    #[test]
    fn what_git_cannot_give() {
        let planted = Planted::kernel();
        let error = error_of(&planted.spec("arch@v6.12"));
        assert_eq!(error.code, "not-a-repository");
        assert!(error.message.contains("not a git repository"), "{error}");
        commit(&planted);
        for revision in ["v9.9", "", "-h", "HEAD:Makefile"] {
            let error = error_of(&planted.spec(&format!("@{revision}")));
            assert_eq!(error.code, "no-such-revision", "{error}");
            assert!(error.message.contains(&format!("has no revision `{revision}`")), "{error}");
        }
        assert_eq!(error_of(&planted.spec("Makefile@v6.12")).code, "no-such-source");

        let other = Planted::empty().file("README", "");
        commit(&other);
        assert_eq!(error_of(&other.spec("@v6.12")).code, "not-a-kernel");
        assert!(not_started(&io::ErrorKind::NotFound.into()).contains("not installed"));
    }

    #[test]
    fn an_object_that_is_gone_is_named() {
        let planted = Planted::kernel().file("fs/open.c", "SYSCALL\n");
        commit(&planted);
        let git = Git::open(&planted.spec(""), "v6.12").unwrap();
        let id = git.run(&["rev-parse", "v6.12:fs/open.c"]).unwrap();
        let id = String::from_utf8(id).unwrap();
        std::fs::remove_file(planted.path(&format!(".git/objects/{}/{}", &id[..2], id[2..].trim()))).unwrap();
        let error = error_of(&planted.spec("@v6.12"));
        assert_eq!(error.code, "git");
        assert!(error.message.contains(id.trim()), "{error}");
    }

    #[test]
    fn a_damaged_object_is_an_error() {
        let planted = Planted::kernel().file("fs/open.c", "SYSCALL\n");
        commit(&planted);
        let git = Git::open(&planted.spec(""), "v6.12").unwrap();
        let id = String::from_utf8(git.run(&["rev-parse", "v6.12:fs/open.c"]).unwrap()).unwrap();
        let path = planted.path(&format!(".git/objects/{}/{}", &id[..2], id[2..].trim()));
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "no object").unwrap();
        assert_eq!(error_of(&planted.spec("@v6.12")).code, "git");
    }

    #[test]
    fn the_environment_leads_nowhere_else() {
        let git = Git { repository: ".".into(), commit: String::new(), name: String::new() };
        let command = git.command();
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            assert!(command.get_envs().any(|(name, value)| name == variable && value.is_none()), "{variable}");
        }
    }
}
