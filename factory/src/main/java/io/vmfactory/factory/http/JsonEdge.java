package io.vmfactory.factory.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vmfactory.factory.calls.ErrorMapper;
import io.vmfactory.factory.calls.Responses;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Serves plain HTTP clients. Treats each request that is not gRPC as JSON for a unary call, at the
 * path of its http option in factory.proto. A client may send the header {@code grpc-timeout}
 * ("500m" = 500 ms) to set a deadline. Fields may be given as query parameters. The content type
 * does not matter. {@code GET /metrics} is served beside it.
 *
 * <p>The body of an error is {@code google.rpc.Status} in proto3 JSON, with the HTTP status that
 * google.rpc.Code names for its code (404 for NOT_FOUND, 429 for RESOURCE_EXHAUSTED, 503 for
 * UNAVAILABLE, 504 for DEADLINE_EXCEEDED, …):
 *
 * <pre>{@code
 * {
 *   "code": 8,
 *   "message": "all 4 VMs are in use; release one or raise daemon.max_vms",
 *   "details": [
 *     {"@type": "type.googleapis.com/google.rpc.ErrorInfo",
 *      "reason": "EXHAUSTED", "domain": "vmfactory", "metadata": {}},
 *     {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}
 *   ]
 * }
 * }</pre>
 *
 * {@code code} is the gRPC code as a number; the first detail is always the ErrorInfo. An unknown
 * path is NOT_FOUND with reason NO_SUCH_PATH; a body that does not parse is INVALID_ARGUMENT with
 * reason MALFORMED. The library answers errors without a body; this class adds it.
 */
public final class JsonEdge implements Handler<HttpServerRequest> {
  private static final String JSON = "application/json";

  private final Handler<HttpServerRequest> grpc;
  private final Handler<HttpServerRequest> metrics;

  public JsonEdge(Handler<HttpServerRequest> grpc, MetricsEdge metrics) {
    this.grpc = grpc;
    this.metrics = metrics;
  }

  @Override
  public void handle(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null && type.startsWith("application/grpc")) {
      grpc.handle(request);
    } else if (MetricsEdge.accepts(request)) {
      metrics.handle(request);
    } else if (request.path() == null || !request.path().startsWith("/v1/")) {
      endWithBody(request.response().setStatusCode(404), request);
    } else {
      request.headers().set(HttpHeaders.CONTENT_TYPE, JSON);
      grpc.handle(new WithErrorBody((HttpServerRequestInternal) request));
    }
  }

  /** Ends a response. If it is an error, gives it a body. */
  private static Object endWithBody(HttpServerResponse response, HttpServerRequest request) {
    int httpStatus = response.getStatusCode();
    if (httpStatus < 400) {
      return response.end();
    }
    Status status = status(response.headers(), httpStatus, request.method() + " " + request.path());
    response.headers().remove(Responses.DETAILS).remove(GrpcHeaderNames.GRPC_MESSAGE);
    if (httpStatus == 500 && status.getCode() == com.google.rpc.Code.NOT_FOUND_VALUE) {
      response.setStatusCode(404);
    }
    return response.putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(ReadableJson.print(status));
  }

  private static Status status(MultiMap headers, int httpStatus, String path) {
    String details = headers.get(Responses.DETAILS);
    if (details == null) {
      return ErrorMapper.ofHttp(httpStatus, path);
    }
    try {
      return Status.parseFrom(Base64.getDecoder().decode(details));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a google.rpc.Status: " + details, e);
    }
  }

  /** A request whose response ends with a body where the library would end it without one. */
  private static final class WithErrorBody extends HttpServerRequestWrapper {
    private final HttpServerResponse response;

    WithErrorBody(HttpServerRequestInternal request) {
      super(request);
      this.response =
          (HttpServerResponse)
              Proxy.newProxyInstance(
                  HttpServerResponse.class.getClassLoader(),
                  new Class<?>[] {HttpServerResponse.class},
                  (proxy, method, args) -> call(request, proxy, method, args));
    }

    @Override
    public HttpServerResponse response() {
      return response;
    }

    private static @Nullable Object call(
        HttpServerRequest request, Object proxy, Method method, Object @Nullable [] args)
        throws Throwable {
      HttpServerResponse response = request.response();
      if (method.getName().equals("end") && args == null) {
        return endWithBody(response, request);
      }
      try {
        Object result = method.invoke(response, args);
        return result == response ? proxy : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }
}
