package io.vmfactory.factory.boot;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.ServiceMethod;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.ReleaseVmRequest;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/**
 * Clients of a {@link FakeDaemonMain}, as a program: each gets a VM and releases it, over and over
 * on a connection of its own; prints how long GetVm took, as clients see it. Arguments: the socket,
 * how many clients, how many rounds each.
 */
final class FakeDaemonLoad {
  private final Vertx vertx = Vertx.vertx();
  private final SocketAddress socket;
  private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> routes = new ConcurrentHashMap<>();
  private final CountDownLatch left;

  private FakeDaemonLoad(String socket, int clients) {
    this.socket = SocketAddress.domainSocketAddress(socket);
    left = new CountDownLatch(clients);
  }

  public static void main(String[] args) throws InterruptedException {
    int clients = Integer.parseInt(args[1]);
    int rounds = Integer.parseInt(args[2]);
    FakeDaemonLoad load = new FakeDaemonLoad(args[0], clients);
    for (int i = 0; i < clients; i++) {
      load.client(rounds);
    }
    load.left.await();
    load.print();
    load.vertx.close();
  }

  private void client(int rounds) {
    HttpClientOptions options = new HttpClientOptions().setHttp2ClearTextUpgrade(false);
    round(GrpcClient.client(vertx, options), rounds);
  }

  private void round(GrpcClient client, int rounds) {
    if (rounds == 0) {
      left.countDown();
      return;
    }
    long begun = System.nanoTime();
    call(client, FactoryGrpcClient.GetVm, GetVmRequest.getDefaultInstance())
        .compose(
            reply -> {
              nanos.add(System.nanoTime() - begun);
              routes.merge(reply.getRoute().name(), 1, Integer::sum);
              return release(client, reply);
            })
        .onComplete(
            ended -> {
              if (ended.failed()) {
                routes.merge(String.valueOf(ended.cause()), 1, Integer::sum);
              }
              round(client, rounds - 1);
            });
  }

  private Future<?> release(GrpcClient client, GetVmResponse reply) {
    ReleaseVmRequest request =
        ReleaseVmRequest.newBuilder().setLeaseId(reply.getLease().getId()).build();
    return call(client, FactoryGrpcClient.ReleaseVm, request);
  }

  private <Q, P> Future<P> call(GrpcClient client, ServiceMethod<P, Q> method, Q message) {
    return client
        .request(socket, method)
        .compose(request -> request.send(message))
        .compose(response -> response.last());
  }

  private void print() {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    for (double share : new double[] {0.5, 0.9, 0.99, 0.999, 1}) {
      int at = Math.min(sorted.length - 1, (int) (share * sorted.length));
      System.out.printf("p%s %.2f ms%n", share * 100, sorted[at] / 1e6);
    }
    System.out.printf("%d requests, mean %.2f ms, %s%n", sorted.length, mean(sorted), routes);
  }

  private static double mean(long[] nanos) {
    return Arrays.stream(nanos).average().orElse(0) / 1e6;
  }
}
