/* socket.c - a client sends a word over TCP, and a server receives it
 * Run: cc -Wall -Wextra -pthread socket.c -o socket && ./socket
 * Prints: The server received: hello
 * One process has both sides here, so you see which call follows which. */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET}; /* any free port */
    struct sockaddr *name = (struct sockaddr *)&address;
    socklen_t size = sizeof address;
    char text[6] = "";

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK); /* this machine */
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1 || client == -1)
        err(3, "socket");
    if (bind(listener, name, size) == -1)
        err(3, "bind");
    if (listen(listener, 1) == -1) /* from now on a client can connect */
        err(3, "listen");
    if (getsockname(listener, name, &size) == -1) /* which port is it? */
        err(3, "getsockname");
    if (connect(client, name, size) == -1)
        err(3, "connect");
    int server = accept(listener, NULL, NULL); /* the connection's other end */
    if (server == -1)
        err(3, "accept");
    if (send(client, "hello", 5, 0) == -1)
        err(3, "send");
    if (recv(server, text, 5, MSG_WAITALL) == -1) /* waits for all 5 */
        err(3, "recv");
    printf("The server received: %s\n", text);
    return 0;
}
