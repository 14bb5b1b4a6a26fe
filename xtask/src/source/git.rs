//! A kernel in a git clone: the installed `git` lists a revision and hands out its blobs, without a checkout.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::{fs, thread};

use super::earlier::{Earlier, Finder, Revision, Seen};
use super::gather::{self, Batch, Row, Scan, Sender};
use super::links;
use super::progress::Progress;
use super::{Blobs, Folders, LARGEST, Origin, SRC, Selection, Tree, Want, check_kernel, is_kernel_makefile, join};
use crate::diagnostic::{Diagnostic, Result, Sink};

#[derive(Debug)]
pub(super) struct Git {
    repository: String,
    /// Where the objects are, however the repository was named.
    clone: PathBuf,
    commit: String,
    name: String,
}

/// A file or link of the revision.
struct Blob<'a> {
    id: &'a str,
    target: Option<Arc<str>>,
}

/// A file that has to be read.
struct Wanted<'a> {
    path: Arc<str>,
    id: &'a str,
    want: Want,
}

/// Where links lead, by the id of their blob.
type Targets = HashMap<Arc<str>, Arc<str>>;

/// The ids that the processes still have to ask for.
type Queue<'a> = Mutex<std::vec::IntoIter<&'a str>>;

type Content<'a> = io::Take<&'a mut BufReader<ChildStdout>>;

impl Git {
    /// A clone, of which no revision is chosen yet.
    pub(super) fn at(repository: &str) -> Result<Self> {
        let error = |code, message: String, help: &str| Box::new(Diagnostic::error(code, message).help(help));
        if !Path::new(repository).is_dir() {
            return Err(error("no-such-source", format!("there is no git repository at `{repository}`"), SRC));
        }
        let mut git = Git::unopened(repository);
        let folder = git.run(&["rev-parse", "--git-common-dir"]).map_err(|said| {
            let (first, more) = said.split_once('\n').unwrap_or((&said, SRC));
            error("not-a-repository", format!("git cannot read `{repository}`: {first}"), more.trim())
        })?;
        let folder = Path::new(repository).join(String::from_utf8_lossy(&folder).trim());
        git.clone = fs::canonicalize(&folder).unwrap_or(folder);
        Ok(git)
    }

    fn unopened(repository: &str) -> Self {
        let (repository, name) = (repository.to_string(), repository.to_string());
        Git { repository, clone: PathBuf::new(), commit: String::new(), name }
    }

    pub(super) fn open(repository: &str, revision: &str) -> Result<Self> {
        let mut git = Git::at(repository)?;
        git.name = format!("{repository}@{revision}");
        let commit = format!("{revision}^{{commit}}");
        let found = match revision {
            "" => Err("no revision is given".to_string()),
            _ if revision.starts_with('-') => Err("no revision starts with `-`".to_string()),
            _ => git.run(&["rev-parse", "--quiet", "--verify", &commit]),
        };
        let found = found.map_err(|said| {
            let said = if said.is_empty() { said } else { format!(": {said}") };
            let message = format!("`{repository}` has no revision `{revision}`{said}");
            Box::new(Diagnostic::error("no-such-revision", message).help(git.other_revisions()))
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

    /// The way out where a revision is not there.
    pub(super) fn other_revisions(&self) -> String {
        let repository = &self.repository;
        format!("`git -C {repository} tag` lists what there is, `git -C {repository} fetch --tags` gets more")
    }

    /// The names of all tags.
    pub(super) fn tags(&self) -> Result<Vec<String>> {
        let listed = self.run(&["for-each-ref", "--format=%(refname:strip=2)", "refs/tags"]);
        let listed = listed.map_err(|said| self.failed(&said))?;
        Ok(String::from_utf8_lossy(&listed).lines().map(str::to_string).collect())
    }

    pub(super) fn read<T: Send + Sync>(
        &self,
        selection: &Selection,
        scan: Scan<T>,
        earlier: &mut Earlier<T>,
        progress: &Progress,
        sink: &Sink,
    ) -> Result<Tree<T>> {
        let listed =
            self.run(&["ls-tree", "-r", "-z", "--full-tree", &self.commit]).map_err(|said| self.failed(&said))?;
        let listed: Vec<Listed> = entries(&listed).collect();
        let before = earlier.of(&self.clone);
        let (targets, read_links) = self.targets(&listed, before)?;
        let blobs = blobs(&listed, &targets);
        let look = |path: &str| links::look_up(&blobs, path, |blob| blob.target.as_ref());
        let mut all_links = BTreeMap::new();
        let (mut files, mut wanted) = (Vec::new(), Vec::new());
        let (mut folders, mut finder) = (Folders::new(selection), Finder::new(before));
        for (path, blob) in &blobs {
            if !folders.reach(path) {
                continue;
            }
            if let Some(target) = &blob.target {
                all_links.insert(Arc::from(*path), target.clone());
            }
            let want = (selection.want)(path);
            if want == Want::No {
                continue;
            }
            let real = match &blob.target {
                Some(_) => links::follow(path, look, sink).and_then(|real| blobs.get(real.as_str())),
                None => Some(blob),
            };
            if let Some(Blob { id, .. }) = real {
                match finder.find(path, id, want) {
                    Some(seen) => files.push(seen.clone()),
                    None => wanted.push(Wanted { path: Arc::from(*path), id, want }),
                }
            }
        }
        let (read, read_files) = self.files(&wanted, scan, progress)?;
        files.extend(read);
        files.sort_by(|a, b| a.path.cmp(&b.path));

        let ids: HashSet<&str> = files.iter().map(|seen| &*seen.id).chain(targets.keys().map(|id| &**id)).collect();
        let read = read_links + read_files;
        let blobs = Blobs { read, shared: ids.len().saturating_sub(read) };
        let row = |seen: &Seen<T>| Row { path: seen.path.clone(), order: 0, outcome: seen.outcome.clone() };
        let mut tree =
            Tree::new(files.iter().map(row).collect(), all_links, Origin::Git { commit: self.commit.clone() });
        tree.blobs = Some(blobs);
        earlier.set(Revision { clone: self.clone.clone(), files, targets });
        Ok(tree)
    }

    /// Where links lead, by the id of their blob, and how many of these had to be read.
    fn targets<T>(&self, listed: &[Listed], before: Option<&Revision<T>>) -> Result<(Targets, usize)> {
        let links: BTreeSet<&str> = listed.iter().filter(|entry| entry.mode == LINK).map(|entry| entry.id).collect();
        let known = |id: &&str| before.and_then(|before| before.targets.get_key_value(*id));
        let mut targets: Targets =
            links.iter().filter_map(known).map(|(id, target)| (id.clone(), target.clone())).collect();
        let new: Vec<&str> = links.into_iter().filter(|id| known(id).is_none()).collect();
        let count = self.cat(&Mutex::new(new.into_iter()), &mut |id, content| {
            let mut target = Vec::new();
            content.read_to_end(&mut target).map_err(|cause| self.failed(&cause.to_string()))?;
            targets.insert(id.into(), String::from_utf8_lossy(&target).into());
            Ok(())
        })?;
        Ok((targets, count))
    }

    /// What becomes of the files that have to be read, in any order, and how many blobs that took.
    fn files<T: Send + Sync>(
        &self,
        wanted: &[Wanted],
        scan: Scan<T>,
        progress: &Progress,
    ) -> Result<(Vec<Seen<T>>, usize)> {
        let (mut ids, mut by_id) = (Vec::new(), HashMap::<&str, Vec<usize>>::new());
        for (number, Wanted { id, .. }) in wanted.iter().enumerate() {
            let numbers = by_id.entry(id).or_default();
            if numbers.is_empty() {
                ids.push(*id);
            }
            numbers.push(number);
        }
        let bar = progress.files(&self.name, ids.len());
        // A process takes some ids at a time; one that gets none is not started.
        let useful = ids.len().div_ceil(TAKEN);
        let processes = thread::available_parallelism().map_or(1, usize::from).min(4).min(useful);
        let queue = Mutex::new(ids.into_iter());
        let read = |sender: Sender| {
            let mut batch = Batch::default();
            let count = self.cat(&queue, &mut |id, content| {
                let start = batch.bytes.len();
                content.read_to_end(&mut batch.bytes).map_err(|cause| self.failed(&cause.to_string()))?;
                for number in by_id.get(id).into_iter().flatten() {
                    if let Some(Wanted { path, want, .. }) = wanted.get(*number) {
                        batch.add(path.clone(), *number, *want, start);
                    }
                }
                bar.add(1);
                sender.send_if_full(&mut batch)
            })?;
            sender.send(&mut batch).map(|()| count)
        };
        let (rows, count) = thread::scope(|scope| {
            let (sender, batches) = gather::channel();
            let readers = std::iter::repeat_n(sender, processes);
            let readers: Vec<_> = readers.map(|sender| scope.spawn(|| read(sender))).collect();
            let rows = gather::gather(batches, scan);
            let counts: Result<Vec<usize>> = readers.into_iter().map(join).collect();
            counts.map(|counts| (rows, counts.iter().sum()))
        })?;
        let seen = |Row { path, order, outcome }| {
            let Wanted { id, want, .. } = wanted.get(order)?;
            Some(Seen { path, id: Arc::from(*id), want: *want, outcome })
        };
        Ok((rows.into_iter().filter_map(seen).collect(), count))
    }

    /// Runs one `git cat-file` that takes ids off the queue until it is empty, and shows each blob. Gives how many blobs
    /// it handed out.
    fn cat(&self, queue: &Queue, visit: &mut dyn FnMut(&str, &mut Content) -> Result<()>) -> Result<usize> {
        if lock(queue).len() == 0 {
            return Ok(0);
        }
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
                (Some(count), Ok(status)) if status.success() => Ok(count),
                _ => Err(self.failed(&said)),
            }
        })
    }

    /// Shows each blob that `git cat-file` writes, and counts them. None if it stops within one.
    fn show(
        &self,
        stdout: ChildStdout,
        visit: &mut dyn FnMut(&str, &mut Content) -> Result<()>,
    ) -> Result<Option<usize>> {
        let mut count = 0;
        let mut stdout = BufReader::with_capacity(128 << 10, stdout);
        let mut line = Vec::new();
        loop {
            line.clear();
            stdout.read_until(b'\n', &mut line).map_err(|cause| self.failed(&cause.to_string()))?;
            let said = String::from_utf8_lossy(&line);
            let mut words = said.split_ascii_whitespace();
            let (id, size) = match (words.next(), words.next(), words.next().map(str::parse::<u64>)) {
                (None, ..) => return Ok(Some(count)),
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
                return Ok(None);
            }
            count += 1;
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

/// How many ids are asked for at a time.
const TAKEN: usize = 64;

fn lock<'q, 'a>(queue: &'q Queue<'a>) -> MutexGuard<'q, std::vec::IntoIter<&'a str>> {
    queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Writes ids until the queue is empty or git hangs up.
fn feed(mut stdin: ChildStdin, queue: &Queue) {
    loop {
        let ids: String = lock(queue).by_ref().take(TAKEN).flat_map(|id| [id, "\n"]).collect();
        if ids.is_empty() || stdin.write_all(ids.as_bytes()).is_err() {
            return;
        }
    }
}

/// All files and links of a revision. A link's target is the content of its blob.
fn blobs<'a>(listed: &[Listed<'a>], targets: &Targets) -> BTreeMap<&'a str, Blob<'a>> {
    let files = listed.iter().filter(|entry| entry.mode.starts_with('1') && entry.mode != "160000");
    let blob = |Listed { mode, id, path }: &Listed<'a>| {
        let target = (*mode == LINK).then(|| targets.get(*id).cloned()).flatten();
        (*path, Blob { id, target })
    };
    files.map(blob).collect()
}

/// What git calls the mode of a symbolic link.
const LINK: &str = "120000";

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
    use super::super::tests::{Planted, error_of, read, read_after, show};
    use super::*;

    fn git(directory: &Path, arguments: &[&str]) {
        Git::unopened(directory.to_str().unwrap()).run(arguments).unwrap();
    }

    const WHO: [&str; 6] = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgSign=false"];

    fn commit(planted: &Planted) {
        let root = planted.path("");
        git(&root, &["init", "--quiet"]);
        git(&root, &["add", "--all", "--force"]);
        git(&root, &[&WHO[..], &["commit", "--quiet", "--message", "all"]].concat());
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

    /// Commits again what was planted, and reads it after what was read before.
    fn read_again(planted: &Planted, tag: &str, earlier: &mut Earlier<String>) -> (String, Blobs) {
        let root = planted.path("");
        git(&root, &["add", "--all", "--force"]);
        git(&root, &[&WHO[..], &["commit", "--quiet", "--allow-empty", "--message", "again"]].concat());
        git(&root, &["tag", tag]);
        let (tree, said) = read_after(&planted.spec(&format!("@{tag}")), earlier).unwrap();
        let blobs = tree.blobs.unwrap();
        (show(&(tree, said)), blobs)
    }

    #[test]
    fn equal_blobs_at_equal_paths_are_read_once() {
        let planted = Planted::rich();
        let mut earlier = Earlier::new();
        git(&planted.path(""), &["init", "--quiet"]);
        let (first, all) = read_again(&planted, "v1", &mut earlier);
        assert_eq!((first, all.shared), (show(&read(&planted.spec("")).unwrap()), 0));
        let mut step = |planted: &Planted, tag: &str| {
            let (shown, blobs) = read_again(planted, tag, &mut earlier);
            assert_eq!(shown, show(&read(&planted.spec("")).unwrap()), "{tag}");
            (blobs.read, blobs.shared)
        };
        assert_eq!(step(&planted, "v2"), (0, all.read));
        // Where a link leads has changed, so its path is read again, and so is the one that a new file has in common.
        let planted =
            planted.file("tools/hidden.c", "SYSCALL_DEFINE1(found)\n").file("fs/copy.c", "SYSCALL_DEFINE1(open)\n");
        assert_eq!(step(&planted, "v3"), (2, all.read - 2));
        // The link itself has changed: its own blob is read, and what it leads to now.
        std::fs::remove_file(planted.path("fs/hidden.c")).unwrap();
        let planted = planted.link("fs/hidden.c", "../kernel/nothing.c");
        assert_eq!(step(&planted, "v4"), (2, all.read - 3));
    }

    #[test]
    fn a_clone_is_the_same_however_it_is_named() {
        let planted = Planted::rich();
        commit(&planted);
        let mut earlier = Earlier::new();
        let mut count = |spec: &str| read_after(spec, &mut earlier).unwrap().0.blobs.unwrap();
        let all = count(&planted.spec("@v6.12")).read;
        assert_eq!(count(&planted.spec("fs/../arch@HEAD")), Blobs { read: 0, shared: all });
        let bare = Planted::empty();
        git(&planted.path(""), &["clone", "--quiet", "--bare", ".", &bare.spec("linux.git")]);
        assert_eq!(count(&bare.spec("linux.git@v6.12")), Blobs { read: all, shared: 0 });
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
        let command = Git::unopened(".").command();
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            assert!(command.get_envs().any(|(name, value)| name == variable && value.is_none()), "{variable}");
        }
    }
}
