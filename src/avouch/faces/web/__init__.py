"""The web page: the API, drawn. Nothing here reaches the stack but through the routes that everyone has."""
