// Calls on sockets: names, messages, options and what passes along with them, in a network of their own.
#include "calls.h"
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <time.h>

#define PORT(number) (unsigned short)((number) >> 8 | (number) << 8)
#define LOOPBACK 0x0100007fU

static void making(void)
{
  int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_BLUETOOTH, AF_VSOCK, AF_ALG, AF_X25, 0, 99,
      -1};
  for (unsigned i = 0; i < sizeof(families) / sizeof(*families); i++)
    call(socket, families[i], SOCK_STREAM | SOCK_CLOEXEC, 0);
  call(socket, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP);
  call(socket, AF_INET, SOCK_RAW, IPPROTO_ICMP);
  call(socket, AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP);
  call(socket, AF_INET, SOCK_STREAM, 999);
  call(socket, AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
  call(socket, AF_PACKET, SOCK_RAW, PORT(0x0800));
  call(socket, AF_INET, 0x7770, 0);
  int *pair = space(8);
  call(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair);
  call(socketpair, AF_UNIX, SOCK_SEQPACKET, 0, pair);
  call(socketpair, AF_INET, SOCK_STREAM, IPPROTO_TCP, pair);
  call(socketpair, AF_UNIX, SOCK_STREAM, 0, BAD);
  call(socketpair, 99, 0xf0, 7, NULL);
  call(close_range, 3, 99, 0);
}

static void local(void)
{
  struct sockaddr_un *path = PUT(struct sockaddr_un, AF_UNIX, "sock \"et\"\n"), *hidden = PUT(struct sockaddr_un,
      AF_UNIX, "\0live calls");
  int *length = space(4);
  void *out = space(256);
  long server = call(socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  call(bind, server, path, 12);
  call(bind, server, path, 12);
  call(listen, server, 5);
  call(accept, server, NULL, NULL);
  long client = call(socket, AF_UNIX, SOCK_STREAM, 0);
  call(bind, client, hidden, 13);
  call(connect, client, path, 12);
  *length = 110;
  long taken = call(accept, server, out, length);
  *length = 110;
  call(getpeername, taken, out, length);
  *length = 4;
  call(getsockname, client, out, length);
  *length = 110;
  call(getsockname, taken, out, length);
  call(getsockname, NOFD, out, length);
  call(getsockname, taken, out, BAD);
  call(getpeername, server, out, length);
  call(getpeername, taken, BAD, NULL);
  call(connect, client, path, 12);
  call(connect, server, PUT(struct sockaddr_un, AF_UNIX, "missing"), sizeof(*path));
  call(connect, NOFD, path, 2);
  call(connect, client, BAD, 16);
  call(bind, NOFD, BAD, -1);
  call(bind, client, edge(path, 7), 7);
  call(listen, NOFD, 5);
  call(listen, taken, -1);
  call(accept4, server, out, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  call(accept4, server, BAD, BAD, 0x70);
  call(accept, NOFD, NULL, NULL);
  call(accept, 0, out, BAD);
  *length = 12;
  call(getsockopt, taken, SOL_SOCKET, SO_PEERCRED, out, length);
  call(sendto, client, STR("a \"message\"\n of more than thirty-two bytes"), 42, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
  call(recvfrom, taken, out, 5, MSG_PEEK, NULL, NULL);
  call(recvfrom, taken, out, 256, MSG_DONTWAIT, NULL, NULL);
  call(recvfrom, taken, out, 256, MSG_DONTWAIT, NULL, NULL);
  call(recvfrom, taken, BAD, 256, 0x80000000U | MSG_DONTWAIT, BAD, BAD);
  call(shutdown, client, SHUT_WR);
  call(recvfrom, taken, out, 256, 0, NULL, NULL);
  call(shutdown, taken, SHUT_RDWR);
  call(shutdown, taken, 9);
  call(shutdown, NOFD, SHUT_RD);
  call(sendto, client, STR("x"), 1, MSG_NOSIGNAL, NULL, 0);
  call(sendto, NOFD, BAD, 5, 0xf0000000U, path, 12);
  call(sendto, client, STR("x"), 1, MSG_OOB | MSG_MORE, BAD, 12);
}

static void passing(void)
{
  int *pair = space(8), *on = PUT(int, 1);
  char *control = space(256);
  call(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
  int in = pair[0], out = pair[1];
  call(setsockopt, in, SOL_SOCKET, SO_PASSCRED, on, 4);
  struct iovec *parts = PUTS(struct iovec, {STR("one"), 3}, {STR("two\0more"), 8});
  struct cmsghdr *rights = (void *)control;
  *rights = (struct cmsghdr){CMSG_LEN(8), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(rights), (int[]){0, out}, 8);
  struct cmsghdr *ids = (void *)(control + CMSG_SPACE(8));
  *ids = (struct cmsghdr){CMSG_LEN(12), SOL_SOCKET, SCM_CREDENTIALS};
  int pid = call(getpid);
  memcpy(CMSG_DATA(ids), (int[]){pid, 0, 0}, 12);
  struct msghdr *message = PUT(struct msghdr, .msg_iov = parts, .msg_iovlen = 2, .msg_control = control,
                               .msg_controllen = CMSG_SPACE(8) + CMSG_SPACE(12));
  struct msghdr *plain = PUT(struct msghdr, .msg_iov = parts, .msg_iovlen = 1, .msg_flags = 0x55);
  struct msghdr *into = PUT(struct msghdr, .msg_name = space(128), .msg_namelen = 128,
                            .msg_iov = PUTS(struct iovec, {space(64), 4}, {space(64), 64}), .msg_iovlen = 2,
                            .msg_control = space(256), .msg_controllen = 256);
  struct msghdr *tight = PUT(struct msghdr, .msg_iov = PUTS(struct iovec, {space(64), 2}), .msg_iovlen = 1,
                             .msg_control = space(64), .msg_controllen = 20);
  call(sendmsg, out, message, MSG_DONTWAIT);
  call(recvmsg, in, into, MSG_CMSG_CLOEXEC);
  call(sendmsg, out, message, MSG_NOSIGNAL | MSG_EOR);
  call(recvmsg, in, tight, MSG_TRUNC);
  call(sendmsg, out, plain, 0);
  call(sendmsg, out, BAD, 0);
  call(sendmsg, NOFD, plain, 0x1000000);
  call(sendmsg, out, PUT(struct msghdr, .msg_iov = parts, .msg_iovlen = 2000), 0);
  call(sendmsg, out, PUT(struct msghdr, .msg_iov = BAD, .msg_iovlen = 2, .msg_control = BAD, .msg_controllen = 20), 0);
  call(recvmsg, in, tight, MSG_PEEK | MSG_DONTWAIT);
  call(recvmsg, NOFD, into, 0);
  call(recvmsg, in, BAD, MSG_DONTWAIT);
  call(recvmsg, in, PUT(struct msghdr, .msg_iov = PUTS(struct iovec, {space(8), 8}), .msg_iovlen = 1), 0);
  call(recvmsg, in, into, MSG_DONTWAIT | MSG_ERRQUEUE);
  struct mmsghdr *many = PUTS(struct mmsghdr, {*plain, 0}, {*plain, 7});
  struct mmsghdr *got = PUTS(struct mmsghdr, {{.msg_iov = PUTS(struct iovec, {space(8), 8}), .msg_iovlen = 1}, 0},
                             {{.msg_iov = PUTS(struct iovec, {space(8), 8}), .msg_iovlen = 1}, 0});
  call(sendmmsg, out, many, 2, MSG_DONTWAIT);
  call(sendmmsg, NOFD, many, 2, 0);
  call(sendmmsg, out, BAD, 1, 0x8000000);
  call(recvmmsg, in, got, 2, MSG_DONTWAIT, PUT(struct timespec, 0, 0));
  call(recvmmsg, in, got, 2, MSG_DONTWAIT, NULL);
  call(recvmmsg, in, got, 2, MSG_WAITFORONE, PUT(struct timespec, -1, 0));
  call(recvmmsg, NOFD, BAD, 3, 0, BAD);
  call(close_range, 3, 99, 0);
}

static void options(void)
{
  long tcp = call(socket, AF_INET, SOCK_STREAM, 0), udp = call(socket, AF_INET6, SOCK_DGRAM, 0);
  int *length = space(4);
  void *out = space(256);
  int asked[][2] = {{SOL_SOCKET, SO_TYPE}, {SOL_SOCKET, SO_ERROR}, {SOL_SOCKET, SO_DOMAIN}, {SOL_SOCKET, SO_RCVBUF},
                    {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_LINGER}, {SOL_SOCKET, SO_RCVTIMEO}, {SOL_SOCKET,
                        SO_ACCEPTCONN},
                    {IPPROTO_TCP, TCP_NODELAY}, {IPPROTO_TCP, TCP_MAXSEG}, {IPPROTO_TCP, TCP_CONGESTION}, {IPPROTO_IP,
                        IP_TTL},
                    {IPPROTO_IP, IP_TOS}, {SOL_SOCKET, 999}, {IPPROTO_TCP, 999}, {777, 1}};
  for (unsigned i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
    *length = 16;
    call(getsockopt, tcp, asked[i][0], asked[i][1], out, length);
  }
  *length = 2;
  call(getsockopt, tcp, SOL_SOCKET, SO_KEEPALIVE, out, length);
  *length = -1;
  call(getsockopt, tcp, SOL_SOCKET, SO_KEEPALIVE, out, length);
  call(getsockopt, tcp, SOL_SOCKET, SO_KEEPALIVE, out, BAD);
  call(getsockopt, NOFD, IPPROTO_IPV6, IPV6_V6ONLY, BAD, length);
  call(setsockopt, tcp, SOL_SOCKET, SO_REUSEADDR, PUT(int, 1), 4);
  call(setsockopt, tcp, SOL_SOCKET, SO_LINGER, PUT(struct linger, 1, 5), 8);
  call(setsockopt, tcp, SOL_SOCKET, SO_SNDTIMEO, PUTS(long, 3, 500000), 16);
  call(setsockopt, tcp, SOL_SOCKET, SO_RCVTIMEO, PUTS(long, 3, 5000000), 16);
  call(setsockopt, tcp, SOL_SOCKET, SO_BINDTODEVICE, STR("lo"), 3);
  call(setsockopt, tcp, SOL_SOCKET, SO_ATTACH_FILTER,
       PUT(struct sock_fprog, 1, PUTS(struct sock_filter, {BPF_RET | BPF_K, 0, 0, 0xffff})), sizeof(struct sock_fprog));
  call(setsockopt, tcp, IPPROTO_TCP, TCP_NODELAY, PUT(int, 1), 4);
  call(setsockopt, tcp, IPPROTO_TCP, TCP_CONGESTION, STR("none such"), 9);
  call(setsockopt, tcp, IPPROTO_IP, IP_TOS, PUT(int, 16), 4);
  call(setsockopt, tcp, IPPROTO_IP, IP_ADD_MEMBERSHIP, PUTS(unsigned, 0x010000ef, LOOPBACK), 8);
  call(setsockopt, udp, IPPROTO_IPV6, IPV6_V6ONLY, PUT(int, 1), 4);
  call(setsockopt, udp, IPPROTO_IPV6, IPV6_UNICAST_HOPS, PUT(int, 999), 4);
  call(setsockopt, tcp, SOL_SOCKET, SO_SNDBUF, BAD, 4);
  call(setsockopt, tcp, SOL_SOCKET, SO_SNDBUF, PUT(int, 1), 3);
  call(setsockopt, tcp, 777, 888, PUT(int, 1), 4);
  call(setsockopt, NOFD, SOL_SOCKET, 999, BAD, -1);
  struct ifreq *lo = PUT(struct ifreq, .ifr_ifrn = {"lo"});
  call(ioctl, udp, SIOCGIFINDEX, lo);
  call(ioctl, udp, SIOCGIFFLAGS, lo);
  call(ioctl, udp, SIOCGIFMTU, lo);
  call(ioctl, udp, SIOCGIFNAME, PUT(struct ifreq, .ifr_ifru = {.ifru_ivalue = 9999}));
  call(ioctl, tcp, SIOCATMARK, out);
  call(ioctl, udp, SIOCGIFCONF, PUTS(long, 80, (long)space(80)));
  call(ioctl, udp, SIOCSIFADDR, BAD);
  call(close_range, 3, 99, 0);
}

static void internet(void)
{
  struct sockaddr_in *here = PUT(struct sockaddr_in, AF_INET, PORT(47011), {LOOPBACK}, {0});
  struct sockaddr_in *from = PUT(struct sockaddr_in, AF_INET, PORT(47012), {LOOPBACK}, {0});
  struct sockaddr_in6 *six = PUT(struct sockaddr_in6, AF_INET6, PORT(47013), 7, IN6ADDR_LOOPBACK_INIT, 0);
  int *length = PUT(int, 16), *on = PUT(int, 1);
  void *out = space(256);
  long server = call(socket, AF_INET, SOCK_STREAM, 0), client = call(socket, AF_INET, SOCK_STREAM, 0);
  call(setsockopt, server, SOL_SOCKET, SO_REUSEADDR, on, 4);
  call(setsockopt, client, SOL_SOCKET, SO_REUSEADDR, on, 4);
  // Gone at once when it is closed.
  call(setsockopt, client, SOL_SOCKET, SO_LINGER, PUT(struct linger, 1, 0), 8);
  call(bind, server, here, 16);
  call(bind, client, from, 16);
  call(listen, server, 1);
  call(connect, client, here, 16);
  long taken = call(accept4, server, out, length, SOCK_CLOEXEC);
  call(getpeername, client, out, length);
  call(sendto, client, STR("stream"), 6, MSG_NOSIGNAL, here, 16);
  call(recvfrom, taken, out, 64, MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT, out + 64, length);
  call(close, client);
  call(recvfrom, taken, out, 6, 0, NULL, NULL);
  call(close, taken);
  call(close, server);
  long refused = call(socket, AF_INET, SOCK_STREAM, 0);
  call(connect, refused, here, 16);
  call(connect, refused, here, 3);
  call(connect, refused, PUT(struct sockaddr_in, 99, 0, {0}, {0}), 16);
  long one = call(socket, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
  call(bind, one, six, 28);
  *length = 28;
  call(getsockname, one, out, length);
  call(sendto, one, STR("datagram"), 8, MSG_CONFIRM, six, 28);
  *length = 28;
  call(recvfrom, one, out, 64, MSG_DONTWAIT, out + 64, length);
  call(sendto, one, STR("datagram"), 8, 0, six, 4);
  struct msghdr *named = PUT(struct msghdr, .msg_name = six, .msg_namelen = 28, .msg_iov = PUTS(struct iovec, {out,
      3}), .msg_iovlen = 1);
  call(sendmsg, one, named, 0);
  call(connect, one, PUT(struct sockaddr_in, .sin_family = AF_UNSPEC), 16);
  long link = call(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  call(bind, link, PUT(struct sockaddr_nl, AF_NETLINK, 0, 0, 0), 12);
  *length = 12;
  call(getsockname, link, out, length);
  struct { struct nlmsghdr head; struct ifinfomsg body; } *ask = space(64);
  ask->head = (struct nlmsghdr){32, RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK, 5, 0};
  ask->body.ifi_index = 9999;
  call(sendto, link, ask, 32, 0, PUT(struct sockaddr_nl, AF_NETLINK, 0, 0, 0), 12);
  call(recvfrom, link, out, 256, MSG_DONTWAIT, out + 192, length);
  call(sendto, link, PUTS(unsigned, 5, 0xffff), 5, 0, NULL, 0);
  call(bind, link, PUT(struct sockaddr_nl, AF_NETLINK, 0, 1, 0xffffffff), 11);
  long wire = call(socket, AF_PACKET, SOCK_DGRAM, 0);
  call(bind, wire, PUT(struct sockaddr_ll, .sll_family = AF_PACKET, .sll_ifindex = 9999,
      .sll_protocol = PORT(0x86dd)), 20);
  call(close_range, 3, 99, 0);
}

int main(void)
{
  begin();
  // Its own ports and links, where that is allowed.
  if (call(unshare, CLONE_NEWNET) == 0) {
    long control = call(socket, AF_INET, SOCK_DGRAM, 0);
    struct ifreq *lo = PUT(struct ifreq, .ifr_ifrn = {"lo"}, .ifr_ifru = {.ifru_flags = IFF_UP});
    call(ioctl, control, SIOCSIFFLAGS, lo);
    call(close, control);
  }
  making();
  local();
  passing();
  options();
  internet();
  return end();
}
