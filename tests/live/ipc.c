// System V's semaphores, messages and shared memory, and POSIX message queues; all are removed again.
#include "calls.h"
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>

#define KEY 0x11fe
#define AT 0x730000000UL

static void semaphores(void)
{
  void *out = space(256);
  long id = call(semget, KEY, 3, IPC_CREAT | IPC_EXCL | 0640);
  call(semget, KEY, 3, IPC_CREAT | IPC_EXCL | 0600);
  call(semget, IPC_PRIVATE, -1, 0600);
  call(semget, KEY, 99, 0x10000);
  call(semctl, id, 0, SETALL, PUTS(short, 1, 2, 3));
  call(semctl, id, 0, GETALL, out);
  call(semctl, id, 1, SETVAL, 7);
  call(semctl, id, 1, GETVAL, 0);
  call(semctl, id, 1, GETPID, 0);
  call(semctl, id, 1, GETNCNT, 0);
  call(semctl, id, 1, GETZCNT, 0);
  call(semctl, id, 0, IPC_STAT, out);
  call(semctl, id, 0, IPC_SET, out);
  call(semctl, 0, 0, IPC_INFO, out);
  call(semctl, 0, 0, SEM_INFO, out);
  call(semctl, id, 9, GETVAL, 0);
  call(semctl, -1, 0, IPC_STAT, out);
  call(semctl, id, 0, IPC_STAT, BAD);
  call(semctl, id, 0, 99 | 0x100, 0x1122334455667788);
  call(semop, id, PUTS(struct sembuf, {0, -1, IPC_NOWAIT}, {1, 2, SEM_UNDO}), 2);
  call(semop, id, PUTS(struct sembuf, {0, -1, IPC_NOWAIT | SEM_UNDO}), 1);
  call(semop, id, PUTS(struct sembuf, {99, 1, 0x70}), 1);
  call(semop, id, BAD, 1);
  call(semop, -1, PUTS(struct sembuf, {0, 1, 0}), 0);
  call(semtimedop, id, PUTS(struct sembuf, {2, -1, 0}), 1, PUT(struct timespec, 1, 0));
  call(semtimedop, id, PUTS(struct sembuf, {0, -1, 0}), 1, PUT(struct timespec, 0, 1));
  call(semtimedop, id, PUTS(struct sembuf, {0, -1, 0}), 1, PUT(struct timespec, 0, -1));
  call(semtimedop, id, PUTS(struct sembuf, {0, -1, 0}), 1, BAD);
  call(semtimedop, -1, BAD, -1, NULL);
  call(semctl, id, 0, IPC_RMID, 0);
  call(semctl, id, 0, IPC_RMID, 0);
}

static void messages(void)
{
  void *out = space(256);
  long id = call(msgget, KEY, IPC_CREAT | 0600);
  call(msgget, KEY, 0);
  call(msgget, KEY + 1, 0);
  call(msgget, KEY, IPC_CREAT | IPC_EXCL | 0x70000777);
  struct { long type; char text[48]; } *message = space(64);
  message->type = 5;
  memcpy(message->text, "first \"message\"\n", 16);
  call(msgsnd, id, message, 16, 0);
  message->type = 7;
  call(msgsnd, id, message, 48, IPC_NOWAIT);
  call(msgsnd, id, message, 48, IPC_NOWAIT);
  message->type = 0;
  call(msgsnd, id, message, 4, 0);
  call(msgsnd, id, BAD, 4, 0);
  call(msgsnd, -1, message, -1, 0x70);
  call(msgctl, id, IPC_STAT, out);
  call(msgctl, id, IPC_SET, out);
  call(msgctl, 0, IPC_INFO, out);
  call(msgctl, 0, MSG_INFO, out);
  call(msgctl, -1, IPC_STAT, out);
  call(msgctl, id, IPC_STAT, BAD);
  call(msgctl, id, 99, BAD);
  call(msgrcv, id, out, 64, 7, IPC_NOWAIT);
  call(msgrcv, id, out, 64, -7, MSG_COPY | IPC_NOWAIT);
  call(msgrcv, id, out, 3, 5, IPC_NOWAIT);
  call(msgrcv, id, out, 3, 5, IPC_NOWAIT | MSG_NOERROR);
  call(msgrcv, id, out, 64, 7, IPC_NOWAIT | MSG_EXCEPT);
  call(msgrcv, id, out, 64, -9, IPC_NOWAIT);
  call(msgrcv, id, out, 64, 0, IPC_NOWAIT);
  call(msgrcv, -1, BAD, -1, 0, 0x70);
  call(msgctl, id, IPC_RMID, NULL);
  call(msgctl, id, IPC_RMID, NULL);
}

static void shared(void)
{
  void *out = space(256);
  long id = call(shmget, KEY, 8192, IPC_CREAT | IPC_EXCL | 0600);
  call(shmget, KEY, 0, 0);
  call(shmget, KEY, 1 << 20, 0400);
  call(shmget, IPC_PRIVATE, 0, 0);
  call(shmget, IPC_PRIVATE, -1, SHM_HUGETLB | SHM_NORESERVE | 21 << 26 | 0600);
  call(shmat, id, AT, 0);
  call(shmat, id, AT + 0x10001, SHM_RND | SHM_RDONLY);
  call(shmat, id, AT, SHM_REMAP | SHM_EXEC);
  call(shmat, id, AT + 1, 0);
  call(shmat, id, AT, 0x70);
  call(shmat, -1, NULL, 0);
  call(shmctl, id, IPC_STAT, out);
  call(shmctl, id, IPC_SET, out);
  call(shmctl, id, SHM_LOCK, 0);
  call(shmctl, id, SHM_UNLOCK, 0);
  call(shmctl, 0, IPC_INFO, out);
  call(shmctl, 0, SHM_INFO, out);
  call(shmctl, -1, IPC_STAT, out);
  call(shmctl, id, IPC_STAT, BAD);
  call(shmctl, id, 99, BAD);
  call(shmdt, AT);
  call(shmdt, AT + 0x10000);
  call(shmdt, AT);
  call(shmdt, BAD);
  call(shmctl, id, IPC_RMID, NULL);
  call(shmctl, id, IPC_RMID, NULL);
}

static void queues(void)
{
  char *name = STR("live-calls"), *out = space(256);
  unsigned *priority = space(4);
  struct mq_attr *attr = PUT(struct mq_attr, .mq_maxmsg = 4, .mq_msgsize = 64);
  struct timespec *past = PUT(struct timespec, 1, 0);
  long queue = call(mq_open, name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC, 0600, attr);
  call(mq_open, name, O_RDONLY, 0, NULL);
  call(mq_open, name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL);
  call(mq_open, STR("live-none"), O_WRONLY, 0, BAD);
  call(mq_open, STR("with/slash"), O_WRONLY | O_CREAT, 0600, PUT(struct mq_attr, .mq_maxmsg = -1));
  call(mq_open, STR("live-none"), O_WRONLY | O_CREAT, 0600, BAD);
  call(mq_open, BAD, -1, 0, NULL);
  call(mq_timedsend, queue, STR("low\n"), 4, 1, NULL);
  call(mq_timedsend, queue, STR("high"), 4, 9, past);
  call(mq_timedsend, queue, STR("x"), 1, 40000, NULL);
  call(mq_timedsend, queue, STR("x"), 100, 0, NULL);
  call(mq_timedsend, queue, BAD, 4, 0, BAD);
  call(mq_timedsend, NOFD, STR("x"), 1, 0, PUT(struct timespec, 0, -1));
  call(mq_timedreceive, queue, out, 64, priority, NULL);
  call(mq_timedreceive, queue, out, 64, NULL, past);
  call(mq_timedreceive, queue, out, 64, priority, NULL);
  call(mq_timedreceive, queue, out, 3, priority, NULL);
  call(mq_timedreceive, queue, BAD, 64, BAD, BAD);
  call(mq_timedreceive, NOFD, out, 64, priority, PUT(struct timespec, -1, 0));
  call(mq_notify, queue, PUT(struct sigevent, .sigev_notify = SIGEV_NONE));
  call(mq_notify, queue, NULL);
  call(mq_notify, queue, PUT(struct sigevent, .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 99));
  call(mq_notify, queue, PUT(struct sigevent, .sigev_notify = 77));
  call(mq_notify, NOFD, BAD);
  call(mq_getsetattr, queue, NULL, space(64));
  call(mq_getsetattr, queue, PUT(struct mq_attr, .mq_flags = 0), space(64));
  call(mq_getsetattr, queue, PUT(struct mq_attr, .mq_flags = 0x7), NULL);
  call(mq_getsetattr, queue, BAD, BAD);
  call(mq_getsetattr, NOFD, NULL, NULL);
  call(mq_unlink, name);
  call(mq_unlink, name);
  call(mq_unlink, BAD);
}

int main(void)
{
  begin();
  // Identifiers begin anew there, and what is left goes with it.
  call(unshare, CLONE_NEWIPC);
  semaphores();
  messages();
  shared();
  queues();
  return end();
}
