package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The interfaces of one network namespace, over rtnetlink(7). No call waits: the kernel has
 * executed a message when the send returns. Not thread-safe.
 */
final class NetworkLinks implements AutoCloseable {
  private static final short RTM_NEWLINK = 16;
  private static final short RTM_GETLINK = 18;
  private static final short RTM_SETLINK = 19;
  private static final short REQUEST_AND_ACK = 1 | 4;
  private static final short IFLA_IFNAME = 3;
  private static final short IFLA_LINKINFO = 18;
  private static final short IFLA_IFALIAS = 20;
  private static final short IFLA_NET_NS_FD = 28;
  private static final short IFLA_INFO_KIND = 1;
  private static final int IFF_UP = 1;
  private static final int NETLINK_ROUTE = 0;

  /** struct nlmsghdr, then struct ifinfomsg or struct nlmsgerr. */
  private static final int HEADER = 16;

  private static final int INDEX_AT = HEADER + 4;
  private static final int FLAGS_AT = HEADER + 8;
  private static final int FIXED = HEADER + 16;

  /** More bytes than the kernel's description of one interface has. */
  private static final int ANSWER_BYTES = 16384;

  private final NetworkNamespace namespace;
  private final int socket;

  private NetworkLinks(NetworkNamespace namespace, int socket) {
    this.namespace = namespace;
    this.socket = socket;
  }

  /**
   * An interface.
   *
   * @param alias its alias; empty = none
   * @param kind such as {@code tun} for a tap; empty for a device of the machine
   */
  record Link(int index, boolean up, String alias, String kind) {}

  /**
   * Opens the interfaces of {@code namespace}, which must stay open. A socket belongs to the
   * namespace of the thread that makes it. A thread of its own makes the socket, so no thread with
   * other work is ever in another namespace.
   */
  static NetworkLinks in(NetworkNamespace namespace) {
    CompletableFuture<Integer> socket = new CompletableFuture<>();
    Thread visitor = new Thread(() -> visit(namespace, socket), "vmm-netns");
    visitor.start();
    try {
      return new NetworkLinks(namespace, socket.join());
    } catch (CompletionException e) {
      throw Errno.failure(
          "cannot enter " + namespace, (LastErrorException) Objects.requireNonNull(e.getCause()));
    }
  }

  private static void visit(NetworkNamespace namespace, CompletableFuture<Integer> socket) {
    try {
      LibC.setns(namespace.descriptor(), LibC.CLONE_NEWNET);
      socket.complete(LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW_CLOEXEC, NETLINK_ROUTE));
    } catch (LastErrorException e) {
      socket.completeExceptionally(e);
    }
  }

  /** Returns the interface of that name; null = none. */
  @Nullable Link find(String name) {
    try {
      ByteBuffer answer = ask(message(RTM_GETLINK, 0).put(IFLA_IFNAME, name));
      return new Link(
          answer.getInt(INDEX_AT),
          (answer.getInt(FLAGS_AT) & IFF_UP) != 0,
          NetlinkAttributes.text(answer, FIXED, IFLA_IFALIAS),
          NetlinkAttributes.inner(answer, FIXED, IFLA_LINKINFO)
              .map(info -> NetlinkAttributes.text(info, 0, IFLA_INFO_KIND))
              .orElse(""));
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.ENODEV) {
        return null;
      }
      throw Errno.failure("cannot find interface %s in %s".formatted(name, namespace), e);
    }
  }

  /**
   * Moves {@code link} to another namespace, under another name, with an alias, and brings it up
   * there. One message does it all, so the kernel does it all or fails, also if this process is
   * killed. After a failure, the interface may be in either namespace.
   *
   * @throws OsException of kind {@code TAKEN} when another interface has the name
   */
  void give(Link link, NetworkLinks to, String name, String alias) {
    try {
      ask(
          message(RTM_SETLINK, link.index())
              .up()
              .put(IFLA_NET_NS_FD, to.namespace.descriptor())
              .put(IFLA_IFNAME, name)
              .put(IFLA_IFALIAS, alias));
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EEXIST) {
        throw to.taken(name);
      }
      throw Errno.failure("cannot bring up %s in %s".formatted(name, to.namespace), e);
    }
  }

  /**
   * Moves {@code link} to another namespace, under another name. It is down there. One message does
   * it all, as in {@link #give}.
   */
  void takeBack(Link link, NetworkNamespace to, String name) {
    try {
      ask(
          message(RTM_SETLINK, link.index())
              .down()
              .put(IFLA_NET_NS_FD, to.descriptor())
              .put(IFLA_IFNAME, name));
    } catch (LastErrorException e) {
      if (e.getErrorCode() != LibC.EBUSY) {
        throw Errno.failure("cannot move interface %d to %s".formatted(link.index(), to), e);
      }
      lower(link, name); // it stays in its namespace, where an interface that is up keeps its name
    }
  }

  private void lower(Link link, String name) {
    try {
      ask(message(RTM_SETLINK, link.index()).down());
      ask(message(RTM_SETLINK, link.index()).put(IFLA_IFNAME, name));
    } catch (LastErrorException e) {
      throw Errno.failure(
          "cannot take down interface %d in %s".formatted(link.index(), namespace), e);
    }
  }

  OsException taken(String name) {
    return new OsException(
        OsException.Kind.TAKEN, "%s has an interface %s already".formatted(namespace, name));
  }

  private static Message message(short type, int index) {
    return new Message(type, index);
  }

  private ByteBuffer ask(Message message) {
    try (Memory request = message.finished();
        Memory answer = new Memory(ANSWER_BYTES)) {
      LibC.sendto(socket, request, message.length(), 0, null, 0);
      int length = (int) LibC.recv(socket, answer, ANSWER_BYTES, 0);
      byte[] bytes = answer.getByteArray(0, length);
      ByteBuffer told = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
      int error = told.getShort(4) == RTM_NEWLINK ? 0 : -told.getInt(HEADER);
      if (error != 0) {
        throw new LastErrorException(error);
      }
      return told;
    }
  }

  /** A request about one interface. */
  private static final class Message {
    private static final int LONGEST = 256;

    private final ByteBuffer bytes = ByteBuffer.allocate(LONGEST).order(ByteOrder.nativeOrder());

    Message(short type, int index) {
      // A query is answered anyway; for a change, ask the kernel for an acknowledgement.
      short flags = type == RTM_GETLINK ? 1 : REQUEST_AND_ACK;
      bytes.putInt(0).putShort(type).putShort(flags).putInt(0).putInt(0);
      bytes.putInt(INDEX_AT, index).position(FIXED);
    }

    Message up() {
      bytes.putInt(FLAGS_AT, IFF_UP).putInt(FLAGS_AT + Integer.BYTES, IFF_UP);
      return this;
    }

    Message down() {
      bytes.putInt(FLAGS_AT + Integer.BYTES, IFF_UP);
      return this;
    }

    Message put(short attribute, int value) {
      head(attribute, Integer.BYTES);
      bytes.putInt(value);
      return this;
    }

    /** Appends a string with its NUL, padded to where the next attribute may begin. */
    Message put(short attribute, String text) {
      byte[] value = (text + "\0").getBytes(US_ASCII);
      head(attribute, value.length);
      bytes.put(value).position((bytes.position() + 3) & ~3);
      return this;
    }

    private void head(short attribute, int length) {
      bytes.putShort((short) (4 + length)).putShort(attribute);
    }

    int length() {
      return bytes.position();
    }

    Memory finished() {
      bytes.putInt(0, length());
      Memory memory = new Memory(length());
      memory.write(0, bytes.array(), 0, length());
      return memory;
    }
  }

  @Override
  public void close() {
    LibC.close(socket);
  }
}
