"""Pages of signed-in people are not kept by proxies or shared browsers."""


class PrivatePages:
    """Middleware: an answer to somebody signed in is `private, no-cache` unless its view says more.

    `no-cache` instead of `no-store`, so that going back in the browser keeps what was typed (RFC
    9111, 5.2.2).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        return response
