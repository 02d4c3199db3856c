import io.socket.client.IO;
import io.socket.client.Manager;
import io.socket.client.Socket;
import io.socket.engineio.client.Transport;
import io.socket.engineio.client.transports.WebSocket;
import io.socket.engineio.parser.Packet;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** A terminal by Socket.IO's client for Java, which knows nothing of this project but docs/API.md. Says each step that it has done. */
public class Terminal {
  private static final long PATIENCE_SECONDS = 60;
  private static final Object changed = new Object();
  private static final StringBuffer screen = new StringBuffer();
  private static final List<String> states = new CopyOnWriteArrayList<>();
  private static volatile Transport upgraded = null;

  public static void main(String[] arguments) throws Exception {
    String url = arguments[0];
    JSONObject person = new JSONObject().put("username", "admin").put("password", System.getenv("PASSWORD"));
    String token = post(url + "/auth/login", person, null).getString("token");
    System.out.println("signed in");
    JSONObject program = new JSONObject().put("program", "/bin/sh").put("arguments", new JSONArray(List.of("-i")));
    String session = post(url + "/api/v1/sessions", program, token).getString("id");
    System.out.println("started");

    IO.Options options = IO.Options.builder().setReconnectionDelay(100).setAuth(Map.of("token", token, "sessionId", session)).build();
    Socket socket = IO.socket(URI.create(url), options);
    socket.on("output", message -> heard(() -> screen.append(field(message, "data"))));
    socket.on("status", message -> heard(() -> states.add(field(message, "state"))));
    // One for polling, then one for the WebSocket that it is upgraded to: what comes by that shows that it was.
    socket.io().on(Manager.EVENT_TRANSPORT, made -> {
      Transport transport = (Transport) made[0];
      if (!transport.name.equals(WebSocket.NAME)) return;
      transport.on(Transport.EVENT_PACKET, packet -> heard(() -> {
        if (((Packet<?>) packet[0]).type.equals(Packet.MESSAGE)) upgraded = transport;
      }));
    });
    socket.connect();
    until("opened", () -> Collections.frequency(states, "opened") == 1);
    socket.emit("input", new JSONObject().put("data", "echo ty\"\"ped\r"));
    until("typed", () -> screen.indexOf("typed") >= 0);
    // The prompt that follows comes by it, now or after the upgrade.
    until("upgraded", () -> upgraded != null);
    socket.emit("resize", new JSONObject().put("cols", 101).put("rows", 37));
    socket.emit("input", new JSONObject().put("data", "until [ \"$(stty size)\" = \"37 101\" ]; do sleep 0.05; done; echo res\"\"ized\r"));
    until("resized", () -> screen.indexOf("resized") >= 0);

    // The connection breaks below Socket.IO, as a network does it.
    upgraded.close();
    until("reconnected", () -> Collections.frequency(states, "opened") == 2);
    socket.emit("input", new JSONObject().put("data", "echo ty\"\"ped after it\r"));
    until("typed again", () -> screen.indexOf("typed after it") >= 0);

    socket.emit("input", new JSONObject().put("data", "exit 0\r"));
    until("closed", () -> states.contains("closed"));
    socket.disconnect();
    System.exit(0);
  }

  private static JSONObject post(String url, JSONObject body, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    if (token != null) request.header("authorization", "Bearer " + token);
    HttpResponse<String> response = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() >= 300) throw new IllegalStateException(response.statusCode() + " " + response.body());
    return new JSONObject(response.body());
  }

  private static String field(Object[] message, String name) {
    try {
      return ((JSONObject) message[0]).getString(name);
    } catch (JSONException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void heard(Runnable what) {
    synchronized (changed) {
      what.run();
      changed.notifyAll();
    }
  }

  private static void until(String what, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (changed) {
      while (!holds.getAsBoolean()) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) throw new IllegalStateException("never: " + what + ". States: " + states + "; screen: " + screen);
        changed.wait(left);
      }
    }
    System.out.println(what);
  }
}
