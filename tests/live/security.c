// Calls on who may do what: identities, capabilities, keys, filters, programs of BPF, and measuring.
#include "calls.h"
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>

static void identities(void)
{
  void *out = space(64);
  call(getuid);
  call(getuid, 1);
  call(getgid);
  call(getgid, 1);
  call(geteuid);
  call(geteuid, 1);
  call(getegid);
  call(getegid, 1);
  call(getresuid, out, out + 4, out + 8);
  call(getresuid, out, BAD, NULL);
  call(getresgid, out, out + 4, out + 8);
  call(getresgid, BAD, out, out);
  call(getgroups, 0, NULL);
  call(setfsuid, -1);
  call(setfsgid, -1);
  call(setuid, -1);
  call(setgid, -1);
  call(setreuid, -1, -1);
  call(setregid, -1, -1);
  call(setresuid, -1, -1, -1);
  call(setresgid, -1, -1, -1);
  call(setgroups, 2, BAD);
  call(setgroups, 70000, BAD);
  call(getgroups, -1, out);
  call(getgroups, 3, BAD);
  if (child()) {
    call(setgroups, 3, PUTS(unsigned, 5, 1000, 65534));
    call(getgroups, 16, out);
    call(getgroups, 1, out);
    call(setgroups, 0, NULL);
    call(setresgid, 1001, 1002, 1003);
    call(setregid, -1, 1001);
    call(setgid, 1001);
    call(setfsgid, 1003);
    call(setresuid, 1000, 1000, 0);
    call(setfsuid, 1000);
    call(setreuid, 1000, -1);
    call(setuid, 1000);
    call(setuid, 0);
    call(setregid, 0, 0);
    call(setresgid, 5, 6, 7);
    call(setgid, 0);
    call(setreuid, 0, 0);
    call(setresuid, 5, 6, 7);
    leave(0);
  }
}

static void capabilities(void)
{
  struct __user_cap_header_struct *head = PUT(struct __user_cap_header_struct, _LINUX_CAPABILITY_VERSION_3, 0);
  struct __user_cap_header_struct *wrong = PUT(struct __user_cap_header_struct, 0x12345678, 0);
  void *data = space(24);
  call(capget, head, data);
  call(capget, head, NULL);
  call(capget, wrong, data);
  call(capget, PUT(struct __user_cap_header_struct, _LINUX_CAPABILITY_VERSION_1, 0), data);
  call(capget, PUT(struct __user_cap_header_struct, _LINUX_CAPABILITY_VERSION_3, 0x7fffffff), data);
  call(capget, head, BAD);
  call(capget, BAD, BAD);
  if (child()) {
    call(capset, head, PUTS(unsigned, 1 << 5 | 1 << 21, 1 << 5 | 1 << 21, 0, 0, 0, 0));
    call(capset, head, PUTS(unsigned, ~0U, ~0U, ~0U, ~0U, ~0U, ~0U));
    leave(0);
  }
  call(capset, wrong, data);
  call(capset, head, BAD);
  call(capset, BAD, data);
}

static void keys(void)
{
  char *user = STR("user"), *name = STR("live:\"key\""), *out = space(256);
  call(keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  long key = call(add_key, user, name, STR("secret\0\n"), 8, KEY_SPEC_SESSION_KEYRING);
  call(add_key, STR("keyring"), STR("ring"), NULL, 0, KEY_SPEC_PROCESS_KEYRING);
  call(add_key, STR("no such type"), name, STR("x"), 1, KEY_SPEC_THREAD_KEYRING);
  call(add_key, user, name, BAD, 8, KEY_SPEC_SESSION_KEYRING);
  call(add_key, BAD, BAD, BAD, -1, 77);
  call(request_key, user, name, NULL, 0);
  call(request_key, user, STR("none such"), NULL, KEY_SPEC_SESSION_KEYRING);
  call(request_key, BAD, name, BAD, 0);
  call(keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
  call(keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, out, 256);
  call(keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, user, name, 0);
  call(keyctl, KEYCTL_READ, key, out, 256);
  call(keyctl, KEYCTL_UPDATE, key, STR("other"), 5);
  call(keyctl, KEYCTL_SETPERM, key, 0x3f3f0001);
  call(keyctl, KEYCTL_SETPERM, key, 0xffffffff);
  call(keyctl, KEYCTL_SET_TIMEOUT, key, 1000);
  call(keyctl, KEYCTL_CHOWN, key, -1, -1);
  call(keyctl, KEYCTL_GET_SECURITY, key, out, 256);
  call(keyctl, KEYCTL_SET_REQKEY_KEYRING, -1);
  call(keyctl, KEYCTL_CAPABILITIES, out, 4);
  call(keyctl, KEYCTL_DH_COMPUTE, BAD, out, 4, 0);
  call(keyctl, KEYCTL_LINK, key, 99);
  call(keyctl, KEYCTL_UNLINK, key, KEY_SPEC_SESSION_KEYRING);
  call(keyctl, KEYCTL_CLEAR, KEY_SPEC_SESSION_KEYRING);
  call(keyctl, KEYCTL_REVOKE, key);
  call(keyctl, KEYCTL_READ, 99, BAD, 5);
  call(keyctl, KEYCTL_INVALIDATE, -99);
  call(keyctl, 999, 1, 2, 3, 4);
}

static void filters(void)
{
  struct sock_filter *code = PUTS(struct sock_filter, {BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
                                  {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0x7777}, {BPF_RET | BPF_K, 0, 0,
                                      SECCOMP_RET_ERRNO | 5},
                                  {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
  call(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, PUT(unsigned, SECCOMP_RET_TRACE));
  call(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, PUT(unsigned, 0x12345678));
  call(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, space(6));
  call(seccomp, SECCOMP_SET_MODE_STRICT, 1, BAD);
  call(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC | 0xff000, PUT(struct sock_fprog, 4, code));
  call(seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD);
  call(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, PUT(struct sock_fprog, 0, code));
  call(seccomp, 99, 0, NULL);
  if (child()) {
    call(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, PUT(struct sock_fprog, 4, code));
    call_number(0x7777, 1, 2);
    leave(0);
  }
  if (child()) {
    call(seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
    call(exit, 0);
  }
  uint64_t *handled = PUTS(uint64_t, LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE, 0, 0);
  long here = call(open, STR("."), O_PATH);
  struct landlock_path_beneath_attr *beneath = PUT(struct landlock_path_beneath_attr, LANDLOCK_ACCESS_FS_EXECUTE, here);
  call(landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  call(landlock_create_ruleset, PUTS(uint64_t, 1UL << 60, ~0UL), 16, 0);
  call(landlock_create_ruleset, BAD, 8, 0);
  call(landlock_create_ruleset, handled, 3, 0xf0);
  call(landlock_add_rule, NOFD, LANDLOCK_RULE_PATH_BENEATH, BAD, 0);
  call(landlock_add_rule, here, 99, beneath, 0x7);
  call(landlock_restrict_self, NOFD, 0);
  call(landlock_restrict_self, here, 0xf0);
  if (child()) {
    long rules = call(landlock_create_ruleset, handled, 8, 0);
    call(landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, beneath, 0);
    call(landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, BAD, 0);
    call(prctl, 38, 1, 0, 0, 0);
    call(landlock_restrict_self, rules, 0);
    leave(0);
  }
  uint32_t *size = PUT(uint32_t, 256);
  call(lsm_list_modules, space(256), size, 0);
  call(lsm_list_modules, space(256), PUT(uint32_t, 0), 0);
  call(lsm_list_modules, BAD, BAD, 0x7);
  call(lsm_get_self_attr, 100, space(256), size, 0);
  call(lsm_get_self_attr, 99, BAD, PUT(uint32_t, 4), 0xf0);
  call(lsm_set_self_attr, 100, space(64), 64, 0);
  call(lsm_set_self_attr, 100, BAD, 64, 0x1);
  call(getrandom, space(8), 0, 0);
  call(getrandom, BAD, 8, 1 | 2);
  call(getrandom, BAD, 4, 0);
  call(getrandom, space(8), 8, 0xf0);
  call(syslog, 10, NULL, 0);
  call(syslog, 9, NULL, 0);
  call(syslog, 3, NULL, 8);
  call(syslog, 99, BAD, -1);
  call(security);
  call(security, -1, BAD, BAD, BAD, BAD, BAD);
}

static void programs(void)
{
  union bpf_attr *attr = space(sizeof(*attr));
  attr->map_type = BPF_MAP_TYPE_ARRAY;
  attr->key_size = 4;
  attr->value_size = 8;
  attr->max_entries = 2;
  memcpy(attr->map_name, "live", 4);
  long map = call(bpf, BPF_MAP_CREATE, attr, sizeof(*attr));
  int *key = PUT(int, 1);
  long *value = PUT(long, 0x1122334455667788);
  attr = space(sizeof(*attr));
  attr->map_fd = map;
  attr->key = (uint64_t)key;
  attr->value = (uint64_t)value;
  call(bpf, BPF_MAP_UPDATE_ELEM, attr, sizeof(*attr));
  call(bpf, BPF_MAP_LOOKUP_ELEM, attr, 32);
  call(bpf, BPF_MAP_GET_NEXT_KEY, attr, 32);
  attr->flags = 77;
  call(bpf, BPF_MAP_UPDATE_ELEM, attr, 32);
  call(bpf, BPF_MAP_DELETE_ELEM, attr, 24);
  attr = space(sizeof(*attr));
  attr->prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  attr->insns = (uint64_t)PUTS(struct bpf_insn, {0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0});
  attr->insn_cnt = 2;
  attr->license = (uint64_t)STR("GPL");
  memcpy(attr->prog_name, "live", 4);
  long program = call(bpf, BPF_PROG_LOAD, attr, sizeof(*attr));
  attr->insns = (uint64_t)BAD;
  call(bpf, BPF_PROG_LOAD, attr, sizeof(*attr));
  attr = space(sizeof(*attr));
  attr->info.bpf_fd = program;
  attr->info.info_len = 16;
  attr->info.info = (uint64_t)space(64);
  call(bpf, BPF_OBJ_GET_INFO_BY_FD, attr, 16);
  // All but the identifiers of programs and maps, which the machine has of itself.
  for (int command = 0; command < 40; command += 3)
    if (command != BPF_MAP_GET_NEXT_ID)
      call(bpf, command, space(sizeof(*attr)), sizeof(*attr));
  call(bpf, BPF_MAP_GET_NEXT_ID, PUT(unsigned, 0x7fffffff), 4);
  call(bpf, BPF_MAP_CREATE, BAD, 72);
  call(bpf, BPF_PROG_ATTACH, space(8), 3);
  call(bpf, 999, space(8), 4);
  call(bpf, -1, NULL, -1);
}

static void measures(void)
{
  struct perf_event_attr *clock = PUT(struct perf_event_attr, .type = PERF_TYPE_SOFTWARE, .size = sizeof(*clock),
                                      .config = PERF_COUNT_SW_TASK_CLOCK, .disabled = 1, .exclude_kernel = 1,
                                      .read_format = PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED);
  long event = call(perf_event_open, clock, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  call(ioctl, event, PERF_EVENT_IOC_RESET, 0);
  call(ioctl, event, PERF_EVENT_IOC_PERIOD, BAD);
  call(perf_event_open, clock, 0, -1, event, PERF_FLAG_FD_NO_GROUP | PERF_FLAG_FD_OUTPUT);
  call(perf_event_open, clock, -1, -1, -1, 0);
  call(perf_event_open, clock, 0, -1, 777, 0xf0);
  call(perf_event_open, PUT(struct perf_event_attr, .type = 99, .size = 64, .config = 5), 0, -1, -1, 0);
  call(perf_event_open, PUT(struct perf_event_attr, .size = 5), 0, -1, -1, 0);
  call(perf_event_open, BAD, 0, 0, NOFD, 0);
}

int main(void)
{
  begin();
  identities();
  capabilities();
  keys();
  filters();
  programs();
  measures();
  return end();
}
