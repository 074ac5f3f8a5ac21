// Shows the contract that this service publishes, read from beside this page; nothing is sent to any other host.
document.addEventListener("DOMContentLoaded", () => {
  window.ui = SwaggerUIBundle({
    url: "openapi.yaml",
    dom_id: "#operations",
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: -1,
    filter: true,
    persistAuthorization: false,
    validatorUrl: null,
  });
});
